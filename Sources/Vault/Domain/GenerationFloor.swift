package import Domain

/// What is known of the generations that an app had and this vault has not: it came out of a backup, and they were made later.
///
/// Clients know a secret by its number. What is made from now on goes on above these.
package struct GenerationFloor: Equatable, Sendable {
    /// The highest that there was.
    package let generation: Generation
    /// When it was made, or first seen; `nil` when that is not known.
    package let madeAt: Timestamp?
    /// Until when Zoom takes the secret that the backup has, as far as is known.
    package let restoredUntil: Timestamp?

    package init(generation: Generation, madeAt: Timestamp? = nil, restoredUntil: Timestamp? = nil) {
        self.generation = generation
        self.madeAt = madeAt
        self.restoredUntil = restoredUntil
    }
}

extension App {
    /// The generation that comes after this one, and that no secret of the app had.
    package func next(after generation: Generation) -> Generation {
        max(generation, floor?.generation ?? generation).next
    }
}

extension AppEntry {
    /// The highest that there is, was, or may be at any moment.
    var highestGeneration: Generation {
        let coming = rotation.flatMap { $0.phase == .planned ? nil : $0.target }
        return [credential.generation, app.floor?.generation, coming].compactMap(\.self).max() ?? credential.generation
    }

    /// The newer secret that was made and is not in this vault; `nil` when there is none, or once it was replaced.
    package var lostSecret: GenerationFloor? {
        guard let floor = app.floor, credential.generation < floor.generation else { return nil }
        return floor
    }
}
