import Domain
import Vault

extension Drift {
    /// The change by somebody else, and what the console does not show of it.
    package var words: String {
        let date = savedAt.map { " (saved \($0))" } ?? ""
        return switch kind {
        case .secret: "the secret in the connection was changed, or encrypted again when it was saved\(date)"
        case .saved where savedAt != nil:
            "somebody else saved the connection\(date); whether the secret was changed is unknown, as the console "
                + "encrypts it again at each read"
        case .saved:
            "somebody else changed other settings of the connection; whether the secret was changed is unknown, as the "
                + "console encrypts it again at each read"
        case .identity: "the connection has another client ID or account ID than the app"
        }
    }
}

extension Sighting.Basis {
    /// What a check compared, and what it could not.
    package var words: String {
        switch self {
        case .secret: "the pushed values are there, unchanged"
        case .date:
            "nobody saved the connection since the last push; compared by its date, as the console encrypts the secret again "
                + "at each read"
        case .rest:
            "the other settings are as after the last push; the connection has no date and the console encrypts the secret "
                + "again at each read: a changed secret would go unnoticed"
        case .nothing: "what the console shows was recorded just now, and is compared from the next check on"
        }
    }
}
