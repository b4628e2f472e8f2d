import Dispatch
import Domain
import Logging
import Maintenance
import Vault

/// Checks once a minute whether clients' users still have their uids. A name service may be slow or unavailable: it is
/// never queried during a request, and missing answers do not end a policy.
struct UserMonitor {
    private static let pause = Duration.seconds(1)
    private static let every = 60
    private static let queue = DispatchQueue(label: "keyturn.users")

    let gate: VaultController
    let logger: Logger

    /// Runs until it is cancelled.
    func run() async throws {
        var seen: ObjectIdentifier?
        var left = 0
        while !Task.isCancelled {
            if let session = gate.session {
                if left == 0 || seen != ObjectIdentifier(session) {
                    await poll(session.vault.catalog)
                    (seen, left) = (ObjectIdentifier(session), Self.every)
                }
                left -= 1
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func poll(_ catalog: Catalog) async {
        let clients = catalog.clients
        let reassignedUIDs = await withCheckedContinuation { continuation in
            Self.queue.async { continuation.resume(returning: Self.reassignedUIDs(among: clients)) }
        }
        let known = catalog.reassignedUIDs
        catalog.record(reassignedUIDs: reassignedUIDs)
        for client in clients where known[client.id] == nil {
            guard let now = reassignedUIDs[client.id] else { continue }
            logger.warning(
                "client refused: its uid now belongs to a different user",
                metadata: ["client": "\(client.name)", "uid": "\(client.selectors.uid)", "user": "\(now.printable())"])
        }
    }

    /// By client ID, the current owner of each uid that no longer belongs to the client's user.
    static func reassignedUIDs(
        among clients: [Client], uid: (String) -> UInt32? = UserDatabase.uid,
        name: (UInt32) -> String? = UserDatabase.name
    ) -> [String: String] {
        var reassignedUIDs: [String: String] = [:]
        for client in clients {
            guard let user = client.selectors.user, uid(user) != client.selectors.uid,
                let now = name(client.selectors.uid), now != user
            else { continue }
            reassignedUIDs[client.id] = now
        }
        return reassignedUIDs
    }
}
