import SocketAPI
import Synchronization
import Vault

/// Answers to `GET /v1/apps`, rendered once for all callers with the same apps, until something changes.
final class AppListAnswers: Sendable {
    private struct State {
        /// The number of changes.
        var changes = 0
        var answers: [VisibleApps: RenderedResponse] = [:]
    }

    /// The most cached answers: most clients see the same apps, or there are few.
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
            // Changes during the rendering may be missing.
            guard state.changes == changes, state.answers.count < Self.most else { return }
            state.answers[visible] = answer
        }
        return answer
    }
}
