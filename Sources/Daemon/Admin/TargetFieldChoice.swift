import Domain
import HTTPTransport
import PingFederate
import SocketAPI
import Vault

/// The settings that a push sets: those that the operator named, otherwise the discovered ones.
struct TargetFieldChoice {
    /// The most names on one line.
    private static let most = 40

    let given: TargetFields
    let found: DiscoveredFields
    /// All settings of the connection.
    let settings: [String]

    func fields() throws(Problem) -> PushTarget.Fields {
        // An empty name says that there is no such setting.
        let accountID = given.accountID.map { $0.isEmpty ? FieldMatch.none : .one($0) } ?? found.accountID
        let clientID = given.clientID.map(FieldMatch.one) ?? found.clientID
        let secret = given.clientSecret.map(FieldMatch.one) ?? found.clientSecret
        guard !isAccountUnknown, accountID.candidates.isEmpty, let client = clientID.name, let secret = secret.name
        else {
            throw unclear(accountID, clientID, secret)
        }
        return try TargetDraftCheck.checked(
            PushTarget.Fields(accountID: accountID.name, clientID: client, clientSecret: secret))
    }

    /// If the other two settings could not be identified either, a missing match for the account ID does not mean that
    /// there is no setting for it.
    private var isAccountUnknown: Bool {
        given.accountID == nil && found.accountID == .none && (found.clientID == .none || found.clientSecret == .none)
    }

    private func unclear(_ accountID: FieldMatch, _ clientID: FieldMatch, _ secret: FieldMatch) -> Problem {
        var (what, options): ([String], [String]) = ([], [])
        for (match, isUnclear, value, option) in [
            (
                accountID, isAccountUnknown || !accountID.candidates.isEmpty, "the account ID",
                "--account-id-field NAME (or '' if there is none)"
            ),
            (clientID, clientID.name == nil, "the client ID", "--client-id-field NAME"),
            (secret, secret.name == nil, "the client secret", "--client-secret-field NAME"),
        ] where isUnclear {
            what.append(match.candidates.isEmpty ? value : "\(value) (\(Self.quoted(match.candidates)))")
            options.append(option)
        }
        return Problem(
            .unprocessable,
            "it is unclear which setting holds \(what.joined(separator: " and ")); the connection has: "
                + (settings.isEmpty ? "none" : Self.quoted(settings)),
            try: options.joined(separator: " "))
    }

    private static func quoted(_ names: [String]) -> String {
        let shown = names.prefix(most).map { "'\($0.readable(limit: 100))'" }.joined(separator: ", ")
        return names.count > most ? "\(shown) and \(names.count - most) more" : shown
    }
}
