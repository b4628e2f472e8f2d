package import Domain

/// The generations of an app that this vault lacks, because it was restored from a backup and they were made later.
///
/// Clients identify a secret by its number, so new generations get numbers above these.
package struct GenerationFloor: Equatable, Sendable {
    /// The highest number that was used.
    package let generation: Generation
    /// When it was made or first seen; `nil` when unknown.
    package let madeAt: Timestamp?
    /// Until when Zoom accepts the secret in the backup, as far as is known.
    package let restoredUntil: Timestamp?

    package init(generation: Generation, madeAt: Timestamp? = nil, restoredUntil: Timestamp? = nil) {
        self.generation = generation
        self.madeAt = madeAt
        self.restoredUntil = restoredUntil
    }
}

extension App {
    /// The generation after this one that no secret of the app ever had.
    package func next(after generation: Generation) -> Generation {
        max(generation, floor?.generation ?? generation).next
    }
}

extension AppEntry {
    /// The highest number that is, was, or may be in use.
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
