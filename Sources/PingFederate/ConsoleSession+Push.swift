package import Domain
import SecretMemory

/// What a push found and left.
package struct Pushed: Sendable {
    /// The connection before the push, read twice; nobody saved it in between.
    package let before: (first: SPConnection, second: SPConnection)
    /// The connection as the console answered the save.
    package let saved: SPConnection
    /// The connection read again afterwards, if the answer to the save lacks the date or the encrypted secret.
    package let shown: SPConnection?

    /// When the console saved it, by the console's clock; `nil` where it does not say.
    package var savedAt: Timestamp? { saved.savedAt ?? shown?.savedAt }
}

extension ConsoleSession {
    /// How many times a push starts, if somebody else saves the connection meanwhile.
    private static let starts = 4

    /// Sets values of a connection's settings, unless somebody else saves the connection at the same time. Safe to
    /// repeat.
    /// - Parameters:
    ///   - secret: the name of the setting for the secret.
    ///   - permit: checks the connection before anything is sent, and throws if the push must not happen.
    package func push(
        _ changes: [FieldChange], secret: String, to id: String,
        permit: (SPConnection) throws(ConsoleFailure) -> Void = { _ throws(ConsoleFailure) in }
    ) async throws(ConsoleFailure) -> Pushed {
        _ = try await version()
        var encryptsAgain = false
        for _ in 0..<Self.starts {
            let seen = try await connection(id)
            try permit(seen)
            let text = try seen.replacing(changes)
            let again = try await connection(id)
            switch again.difference(since: seen) {
            case .none: break
            case .encrypted where encryptsAgain: break
            case .encrypted:
                // A change twice in a row means that the console encrypts again at each read, not that somebody saved a
                // new secret.
                encryptsAgain = true
                continue
            case .saved: continue
            }
            let saved = try await put(text, as: id, withholding: changes.map(\.value))
            let isEnough = saved.modificationDate != nil && saved.encryptedValue(of: secret) != nil
            return Pushed(before: (seen, again), saved: saved, shown: isEnough ? nil : try await connection(id))
        }
        throw ConsoleFailure(
            .later(), .editors, detail: "somebody else saved the connection \(Self.starts) times during the push")
    }
}
