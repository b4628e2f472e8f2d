import Domain
import Maintenance
import SocketAPI
import Vault

/// Status problems of policies.
enum PolicyProblems {
    static func problems(_ catalog: Catalog) -> [HealthIssue] {
        let reassignedUIDs = catalog.reassignedUIDs
        var problems: [HealthIssue] = []
        for client in catalog.clients {
            if let now = reassignedUIDs[client.id] {
                problems.append(
                    .init(
                        .userChanged,
                        "client '\(client.name)' is refused: uid \(client.selectors.uid) was \(client.selectors.user ?? "")'s and is now \(now.printable())'s",
                        try: "keyturn client remove \(client.name)"))
            }
            for grant in client.grants {
                guard case .app(let name) = grant.target, catalog.app(name) == nil else { continue }
                problems.append(
                    .init(
                        .grantWithoutApp,
                        "client '\(client.name)' is granted '\(name)', which does not exist: an app that is added under that name is granted to it",
                        try: "keyturn app add \(name), or keyturn client remove \(client.name)"))
            }
        }
        return problems
    }
}
