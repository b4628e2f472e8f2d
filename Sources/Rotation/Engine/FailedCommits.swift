package import Domain
import Synchronization
package import Vault

/// The rotations whose last step could not be saved: in the vault they seem to be due and to have no reason to wait. For
/// readers outside of the engine.
package final class FailedCommits: Sendable {
    package struct Failure: Sendable {
        package let error: VaultError
        /// The next attempt.
        package let due: Timestamp

        package init(error: VaultError, due: Timestamp) { (self.error, self.due) = (error, due) }
    }

    private let state = Mutex<[String: Failure]>([:])

    /// By the app's ID.
    package subscript(app: String) -> Failure? { state.withLock { $0[app] } }

    func record(_ error: VaultError, of app: App, next due: Timestamp) {
        state.withLock { $0[app.id] = Failure(error: error, due: due) }
    }

    func forget(_ app: App) { state.withLock { $0[app.id] = nil } }
}
