package import Domain
import Synchronization
import Vault

/// What operators should know about answers that are not in the vault. For readers outside of the engine.
package final class SpoolReport: Sendable {
    package struct Trouble: Equatable, Sendable {
        package enum Kind: Sendable {
            /// A new secret exists in memory only.
            case inMemory
            /// A new secret is in a spool file, and not in the vault.
            case inSpool
            /// A spool file belongs to no rotation, or cannot be opened.
            case unclaimed
            /// The spool cannot be read, so no rotation continues.
            case unreadable
            /// No space is reserved for an answer.
            case unready
        }

        package let kind: Kind
        package var app: Name?
        /// Relative to the state directory.
        package var file: String?
        package let reason: String

        /// An answer that was found in a file.
        static func found(_ file: SpoolFile, of app: App, _ reason: String) -> Trouble {
            Trouble(kind: .inSpool, app: app.name, file: file.name, reason: reason)
        }
    }

    private let state = Mutex((standing: [Trouble](), acute: [Name: Trouble]()))

    /// Worst first.
    package var troubles: [Trouble] {
        state.withLock { state in state.acute.sorted { $0.key < $1.key }.map(\.value) + state.standing }
    }

    /// - Returns: those that are new.
    func replace(_ troubles: [Trouble]) -> [Trouble] {
        state.withLock { state in
            let new = troubles.filter { !state.standing.contains($0) }
            state.standing = troubles
            return new
        }
    }

    /// Gives the trouble with this file another reason.
    func update(_ trouble: Trouble) {
        state.withLock { state in
            guard let index = state.standing.firstIndex(where: { $0.file == trouble.file }) else { return }
            state.standing[index] = trouble
        }
    }

    func remove(file: String) { state.withLock { $0.standing.removeAll { $0.file == file } } }

    func set(_ trouble: Trouble?, for app: Name) { state.withLock { $0.acute[app] = trouble } }
}
