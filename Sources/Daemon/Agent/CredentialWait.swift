import Domain
import SocketAPI
import SocketServer
import Vault

/// A client that has an app's current generation and waits for another one.
final class CredentialWait: VaultWatch {
    let app: Name?
    var uid: UInt32 { caller.uid }
    private let name: Name
    private let request: Request
    private let caller: Identity
    private let after: AgentRoute.After
    private let session: VaultController.Session
    private var connection: Connection?
    private var end = 0

    init(
        _ name: Name, _ after: AgentRoute.After, _ request: Request, _ caller: Identity,
        _ session: VaultController.Session
    ) {
        app = name
        self.name = name
        self.after = after
        self.request = request
        self.caller = caller
        self.session = session
    }

    func begin(at connection: Connection) -> RecordedResponse? {
        if let refusal = session.watchers.add(self, at: connection.loop) { return RecordedResponse(refusal) }
        if let answer {
            session.watchers.remove(self, at: connection.loop)
            return answer
        }
        self.connection = connection
        end = connection.now + after.wait
        return nil
    }

    func look(at changes: Watchers.Changes) {
        if let answer { finish(answer) }
    }

    /// The clock counts whole seconds: one more must pass, so that the wait is never too short.
    func tick() {
        guard let connection, connection.now > end else { return }
        let entry = session.vault.catalog.app(name)
        let unproven = entry.flatMap { $0.isSuspect && after.isAnother($0) ? Refusal.unproven($0) : nil }
        finish(answer ?? RecordedResponse(unproven ?? .notModified(entry.flatMap(session.answers.tag))))
    }

    func caughtUp() {}

    func end(_ answer: RenderedResponse) { finish(RecordedResponse(answer)) }

    private func finish(_ answer: RecordedResponse) {
        let connection = connection.take()
        leave(connection)
        connection?.answer(answer)
    }

    func abandon() { leave(connection.take()) }

    private func leave(_ connection: Connection?) {
        if let connection { session.watchers.remove(self, at: connection.loop) }
    }

    /// The answer to send now, if any.
    private var answer: RecordedResponse? {
        let asked = AppAccess(
            action: .credentials, app: name, permission: .credentials, caller: caller, session: session,
            asksHead: request.method == .head)
        switch asked.decision {
        case .denied(let denial): return asked.denied(denial)
        case .granted(let entry, let client):
            guard after.isAnother(entry), !entry.isSuspect else { return nil }
            return asked.credentials(entry, client, request)
        }
    }
}
