package import Domain

/// What the scheduler remembers of an app from one start to the next. Lost, it is only found out again.
package struct Upkeep: Equatable, Sendable {
    /// When a secret is to be replaced, where that is not what the policy alone would say: what was overdue at a start
    /// is begun a little later, and another start must not put it off once more.
    package struct PlannedRotation: Equatable, Sendable {
        /// The generation that is to be replaced. For any other this says nothing.
        package let base: Generation
        package let due: Timestamp

        package init(base: Generation, due: Timestamp) {
            self.base = base
            self.due = due
        }
    }

    /// The last look at whether Zoom still takes the app's secret, and what for.
    package struct Probe: Equatable, Sendable {
        package let generation: Generation
        package let at: Timestamp
        /// A stable word for programs, such as `invalid_client`; `nil` when Zoom took the secret.
        package let cause: String?
        /// What Zoom said, for people; `nil` when it took the secret.
        package let reason: String?
        /// The scopes that PingFederate needs and the token does not have.
        package let missingScopes: [String]

        package init(
            generation: Generation, at: Timestamp, cause: String? = nil, reason: String? = nil,
            missingScopes: [String] = []
        ) {
            self.generation = generation
            self.at = at
            self.cause = cause
            self.reason = reason
            self.missingScopes = missingScopes
        }
    }

    /// The last look at whether Zoom gives tokens that may change the app's secret.
    package struct RotationScope: Equatable, Sendable {
        package let at: Timestamp
        /// Why there is none, for people; `nil` when there is one.
        package let lack: String?

        package init(at: Timestamp, lack: String? = nil) {
            self.at = at
            self.lack = lack
        }
    }

    package var rotation: PlannedRotation?
    package var probe: Probe?
    package var scope: RotationScope?

    /// The newer word of the two. Nothing that is said of an older secret takes the place of what is known of a newer one.
    func merged(over known: Upkeep?) -> Upkeep {
        guard let known else { return self }
        var merged = self
        if let old = known.rotation, rotation.map({ $0.base < old.base }) ?? true { merged.rotation = old }
        if let old = known.probe, probe.map({ $0.generation < old.generation }) ?? true { merged.probe = old }
        merged.scope = scope ?? known.scope
        return merged
    }

    package init(rotation: PlannedRotation? = nil, probe: Probe? = nil, scope: RotationScope? = nil) {
        self.rotation = rotation
        self.probe = probe
        self.scope = scope
    }
}
