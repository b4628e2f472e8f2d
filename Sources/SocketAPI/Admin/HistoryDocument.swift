package import Domain
package import SecretJSON

/// The answer to `GET /v1/apps/{app}/rotations`: an app's generations and rotations, each oldest first.
package struct HistoryDocument: Equatable, Sendable, ListedDocument {
    package struct Generation: Equatable, Sendable, ListedDocument {
        /// How a generation was made. The raw values are stable.
        package enum Origin: String, JSONValue, Sendable {
            /// With the app.
            case added
            /// By a rotation, which has an id.
            case rotation
            /// With new IDs of the app, and the same secret.
            case identified
            /// After the backup that the vault was restored from, so it is not in this vault.
            case lost
        }

        package let generation: Int
        package let origin: Origin
        /// When it became current; `nil` when that is no longer known.
        package let since: Timestamp?
        /// The ID of the rotation that made it.
        package let rotation: String?
        /// When its secret was revoked, or expires; `nil` when no expiry is set.
        package var endsAt: Timestamp?

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            generation = try members("generation", \.generation)
            origin = try members("origin", \.origin)
            since = try members.orNull("since", \.since)
            rotation = try members.orNull("rotation", \.rotation)
            endsAt = try members.orNull("ends_at", \.endsAt)
        }

        init(
            _ generation: Int, _ origin: Origin, since: Timestamp?, rotation: String? = nil, endsAt: Timestamp? = nil
        ) {
            self.generation = generation
            self.origin = origin
            self.since = since
            self.rotation = rotation
            self.endsAt = endsAt
        }
    }

    package let generations: [Generation]
    package let rotations: [RotationDocument]

    /// Builds the generations from what made them: the app, its rotations, or otherwise new IDs.
    /// - Parameters:
    ///   - first: the generation that the app was added with.
    ///   - rotations: of this app, oldest first.
    ///   - current: the generation that is served, and since when.
    ///   - lost: the highest generation that was made and is not in this vault; 0 when there is none.
    package init(
        appAddedAt added: Timestamp, first: Int = 1, lost: Int = 0, current: (Int, Timestamp),
        rotations: [RotationDocument]
    ) {
        var generations = [Generation(first, .added, since: current.0 == first ? min(added, current.1) : added)]
        func fill(upTo number: Int, with origin: Generation.Origin = .identified) {
            while let last = generations.last, last.generation < number {
                let next = last.generation + 1
                let origin = origin == .identified && next <= lost && next < number ? .lost : origin
                generations.append(Generation(next, origin, since: next == current.0 ? current.1 : nil))
            }
        }
        for rotation in rotations {
            guard let promotedAt = rotation.promotedAt, rotation.base < current.0 else { continue }
            fill(upTo: rotation.base)
            if let index = generations.lastIndex(where: { $0.generation == rotation.base }) {
                // A rotation that was replaced by another one revoked nothing: its old secret is still valid.
                generations[index].endsAt = rotation.oldSecretExpiresAt ?? rotation.endedAt
            }
            fill(upTo: rotation.target - 1, with: .lost)
            generations.append(Generation(rotation.target, .rotation, since: promotedAt, rotation: rotation.id))
        }
        fill(upTo: current.0)
        self.generations = generations
        self.rotations = rotations
    }

    /// Without the generations that were no longer valid, and the rotations that had ended, before `time`.
    package func since(_ time: Timestamp) -> HistoryDocument {
        let rotations = rotations.filter { $0.endedAt.map { $0 >= time } ?? true }
        let running = Set(rotations.filter { $0.endedAt == nil }.map(\.base))
        return HistoryDocument(
            generations: zip(generations, generations.dropFirst().map(Optional.some) + [nil]).filter { one, next in
                guard let next, !running.contains(one.generation) else { return true }
                return one.endsAt ?? next.since ?? time >= time
            }.map(\.0),
            rotations: rotations)
    }

    private init(generations: [Generation], rotations: [RotationDocument]) {
        (self.generations, self.rotations) = (generations, rotations)
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        generations = try members("generations", \.generations)
        rotations = try members("rotations", \.rotations)
    }
}
