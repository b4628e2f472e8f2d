package import Times

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

    /// The last alarm about a secret that is handed out and will die.
    package struct Alarm: Equatable, Sendable {
        package let rotationID: String
        /// Which alarm it was: the seconds before the secret's death at which it is due.
        package let before: Int

        package init(rotationID: String, before: Int) {
            self.rotationID = rotationID
            self.before = before
        }
    }

    package var rotation: PlannedRotation?
    package var probe: Probe?
    package var alarm: Alarm?

    package init(rotation: PlannedRotation? = nil, probe: Probe? = nil, alarm: Alarm? = nil) {
        self.rotation = rotation
        self.probe = probe
        self.alarm = alarm
    }
}
