import Domain
import SocketAPI
import Vault

/// What a client that listens to events sees of an app.
struct AppSnapshot: Equatable {
    let id: String
    let generation: Int
    let isRotating: Bool

    init(id: String, generation: Int, isRotating: Bool) {
        self.id = id
        self.generation = generation
        self.isRotating = isRotating
    }

    init(_ entry: AppEntry) {
        self.init(
            id: entry.app.id, generation: entry.credential.generation.number, isRotating: entry.rotation != nil)
    }

    /// Events that take a client from `before` to `now`; `nil` means that the app does not exist for that client.
    /// Intermediate changes are not reported.
    /// - Parameter isFirst: whether this is part of the initial state.
    static func events(of app: Name, from before: AppSnapshot?, to now: AppSnapshot?, isFirst: Bool) -> [AppEvent] {
        func events(_ kinds: [AppEvent.Kind], _ generation: Int) -> [AppEvent] {
            kinds.map { AppEvent(app: app, generation: generation, event: $0) }
        }
        switch (before, now) {
        case (nil, nil): return []
        case (nil, let now?):
            return events([isFirst ? .state : .added] + (now.isRotating ? [.rotating] : []), now.generation)
        case (let before?, nil): return events([.removed], before.generation)
        case (let before?, let now?):
            guard before.id == now.id else {
                return Self.events(of: app, from: before, to: nil, isFirst: false)
                    + Self.events(of: app, from: nil, to: now, isFirst: false)
            }
            return events(
                (now.isRotating && !before.isRotating ? [.rotating] : [])
                    + (now.generation != before.generation ? [.rotated] : [])
                    + (before.isRotating && !now.isRotating ? [.settled] : []), now.generation)
        }
    }
}
