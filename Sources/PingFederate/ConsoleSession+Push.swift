package import Domain
import SecretMemory

/// What a push saw and left behind.
package struct Pushed: Sendable {
    /// What was there, at two looks between which nobody saved it.
    package let before: (first: SPConnection, second: SPConnection)
    /// The connection as the console says that it saved it.
    package let saved: SPConnection
    /// As it shows it afterwards, if its answer lacks the date or the secret's encrypted text.
    package let shown: SPConnection?

    /// When the console saved it, by its own clock; `nil` where it does not say.
    package var savedAt: Timestamp? { saved.savedAt ?? shown?.savedAt }
}

extension ConsoleSession {
    /// How often a push starts again because somebody saved the connection meanwhile.
    private static let starts = 4

    /// Puts values into settings of a connection, unless somebody else saves it at the same time. Doing it twice is
    /// harmless.
    /// - Parameters:
    ///   - secret: the name of the setting that holds the secret.
    ///   - permit: looks at the connection before anything is sent, and throws if it must not be.
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
                // Twice in a row it is the console's way, and nobody's new secret.
                encryptsAgain = true
                continue
            case .saved: continue
            }
            let saved = try await put(text, as: id, withholding: changes.map(\.value))
            let isEnough = saved.modificationDate != nil && saved.encryptedValue(of: secret) != nil
            return Pushed(before: (seen, again), saved: saved, shown: isEnough ? nil : try await connection(id))
        }
        throw ConsoleFailure(
            .later(), .editors, detail: "somebody saved the connection \(Self.starts) times while it was looked at")
    }
}
