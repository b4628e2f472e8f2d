import SocketAPI
import Synchronization
import Vault

/// Answers to `GET /v1/apps`, rendered once for all who see the same apps, until something changes.
final class AppListAnswers: Sendable {
    private struct State {
        /// How often something changed.
        var changes = 0
        var answers: [VisibleApps: RenderedResponse] = [:]
    }

    /// What is kept at most: clients see much the same, or are few.
    private static let most = 32

    private let catalog: Catalog
    private let state = Mutex(State())

    init(_ catalog: Catalog) {
        self.catalog = catalog
        catalog.observe { [weak self] _ in
            self?.state.withLock { state in
                state.changes += 1
                state.answers = [:]
            }
        }
    }

    func answer(_ visible: VisibleApps) -> RenderedResponse {
        let (known, changes) = state.withLock { ($0.answers[visible], $0.changes) }
        if let known { return known }
        let apps = catalog.apps(visible).map {
            AppsAnswer.App(
                app: $0.app.name, generation: $0.credential.generation.number, rotating: $0.rotation != nil)
        }
        let answer = Response(.ok).json(AppsAnswer(apps: apps))
        state.withLock { state in
            // What changed meanwhile may not be in it.
            guard state.changes == changes, state.answers.count < Self.most else { return }
            state.answers[visible] = answer
        }
        return answer
    }
}
