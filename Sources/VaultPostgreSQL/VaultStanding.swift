import Vault

/// Whether the vault in a database may be served.
enum VaultStanding: Equatable {
    case served
    /// A copy, until the place that it is from is left.
    case unfinished(from: String)
    case moved(to: String)

    init(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) {
        self = try connection.run("SELECT standing, other_end FROM keyturn.vault") {
            result throws(PostgreSQLFailure) -> VaultStanding in
            guard result.rows == 1, case .text(let standing) = try result.value(0, 0),
                case .text(let other) = try result.value(0, 1)
            else { throw PostgreSQLFailure(.unexpected, "the table vault does not have one row") }
            switch standing {
            case "served": return .served
            case "moved": return .moved(to: other)
            default: return .unfinished(from: other)
            }
        }
    }

    func save(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) {
        let (standing, other) =
            switch self {
            case .served: ("served", "")
            case .unfinished(let place): ("unfinished", place)
            case .moved(let place): ("moved", place)
            }
        try connection.run(
            "UPDATE keyturn.vault SET standing = $1, other_end = $2", [.text(standing), .text(other)])
    }

    /// Why it is not served; `nil` if it may be.
    func refusal(in database: String) -> StoreError? {
        switch self {
        case .served: nil
        case .unfinished(let place):
            StoreError(
                .notServed, "the vault in database \(database) is a copy of \(place) that was not finished",
                hint:
                    "on that host, repeat: keyturnd migrate --from FILE --to URL; or serve the file: leave out the setting store"
            )
        case .moved(let place):
            StoreError(
                .notServed, "the vault in database \(database) was moved to \(place): it is not served any more",
                hint:
                    "serve it there, without the setting store; if it is not there, repeat: keyturnd migrate --from URL --to FILE"
            )
        }
    }

    /// Throws unless the vault may be served.
    static func check(on connection: PostgreSQLConnection) throws {
        if let refusal = try VaultStanding(on: connection).refusal(in: connection.place.database) { throw refusal }
    }
}
