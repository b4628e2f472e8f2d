package import Domain

/// What the scheduler remembers about an app across restarts. If it is lost, it is found out again.
package struct SchedulerState: Equatable, Sendable {
    /// A rotation time that differs from the policy's: work that was overdue at a start is postponed a little, and
    /// another restart must not postpone it again.
    package struct PlannedRotation: Equatable, Sendable {
        /// The generation to be replaced. Without meaning for any other.
        package let base: Generation
        package let due: Timestamp

        package init(base: Generation, due: Timestamp) {
            self.base = base
            self.due = due
        }
    }

    /// The last check whether Zoom accepts the app's secret, and for which scopes.
    package struct Probe: Equatable, Sendable {
        package let generation: Generation
        package let at: Timestamp
        /// `nil` when Zoom accepted the secret.
        package let cause: ZoomCause?
        /// Zoom's message for people; `nil` when it accepted the secret.
        package let reason: String?
        /// The scopes that PingFederate needs and the token lacks.
        package let missingScopes: [String]

        package init(
            generation: Generation, at: Timestamp, cause: ZoomCause? = nil, reason: String? = nil,
            missingScopes: [String] = []
        ) {
            self.generation = generation
            self.at = at
            self.cause = cause
            self.reason = reason
            self.missingScopes = missingScopes
        }
    }

    /// The last check whether Zoom issues tokens that may change the app's secret.
    package struct RotationScope: Equatable, Sendable {
        package let at: Timestamp
        /// Why it does not; `nil` when it does.
        package let lack: ZoomCause?

        package init(at: Timestamp, lack: ZoomCause? = nil) {
            self.at = at
            self.lack = lack
        }
    }

    package var rotation: PlannedRotation?
    package var probe: Probe?
    package var scope: RotationScope?

    /// The newer value of each part. Results for an older secret never replace those for a newer one.
    func merged(over known: SchedulerState?) -> SchedulerState {
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
