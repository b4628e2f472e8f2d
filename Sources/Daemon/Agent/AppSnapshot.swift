import Domain
import SocketAPI
import Vault

/// As much of an app as a client sees that listens to events.
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

    /// What tells a client that saw `before` that it is `now` so; `nil` where there is no app for it. What came and went in
    /// between is not told.
    /// - Parameter isFirst: whether this belongs to the state that a client is told at the beginning.
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
