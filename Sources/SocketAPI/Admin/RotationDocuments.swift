package import Domain
package import SecretJSON
package import SecretMemory

/// The body of `POST /v1/apps/{app}/rotate`. Read strictly.
package struct RotateRequest: ~Copyable, WireDocument {
    /// In seconds; `nil` for the value of the app's policy.
    package let overlap: Int?
    /// The new secret, if the operator generated it in the Marketplace.
    package let clientSecret: SecretBytes?
    /// For an emergency: finishes a running rotation, and revokes the present secret as soon as the new one is live.
    package let now: Bool

    package init(overlap: Int?, clientSecret: consuming SecretBytes?, now: Bool = false) {
        self.overlap = overlap
        self.clientSecret = clientSecret
        self.now = now
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("overlap", ifPresent: overlap)
        if now { json.member("now", true) }
        switch clientSecret {
        case .some(let secret): json.member("client_secret", secret: secret)
        case nil: break
        }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self = try MemberReader.strictly(node, in: document) { members throws(JSONError) in
            RotateRequest(
                overlap: try members.optional("overlap"),
                clientSecret: members.has("client_secret") ? try members.secret("client_secret") : nil,
                now: members.has("now") ? try members.value("now") : false)
        }
    }
}

/// One rotation as operators see it.
package struct RotationDocument: Equatable, Sendable, ListedDocument {
    package let id: String
    package let app: Name
    package let state: Open<RotationPhase>
    package let trigger: Open<RotationTrigger>
    /// The generation to be replaced.
    package let base: Int
    /// The generation that the rotation makes: not always the next number, since some may be lost with a vault.
    package let target: Int
    package let plannedAt: Timestamp
    /// When the rotation continues automatically.
    package let due: Timestamp?
    /// When the old secret expires at Zoom.
    package let oldSecretExpiresAt: Timestamp?
    package let promotedAt: Timestamp?
    package let endedAt: Timestamp?
    /// How many times Zoom was asked for a new secret.
    package let calls: Int
    /// Why the rotation is in this state.
    package let reason: String?
    /// Zoom's ID for the call that is the reason.
    package var trackingID: String?
    /// What the operator can do, if anything.
    package let hint: String?
    /// How many times in a row the present step failed.
    package var attempts = 0
    /// The minimum time for which both secrets work, in seconds.
    package var overlap = 0
    /// Whether the operator ended the overlap.
    package var endsNow = false
    /// The rotation that replaced this one when it ended, or will do so.
    package var successor: String?
    /// Whether a secret was entered by hand and Zoom has not accepted it yet.
    package var hasEnteredSecret = false
    /// Whether Zoom has confirmed that it revokes the old secret at ``oldSecretExpiresAt``.
    package var isEndSet = false

    package init(
        id: String, app: Name, state: RotationPhase, trigger: RotationTrigger, base: Int, target: Int? = nil,
        plannedAt: Timestamp, due: Timestamp?, oldSecretExpiresAt: Timestamp?, promotedAt: Timestamp?,
        endedAt: Timestamp?,
        calls: Int,
        reason: String?, hint: String?
    ) {
        self.id = id
        self.app = app
        self.state = .known(state)
        self.trigger = .known(trigger)
        self.base = base
        self.target = target ?? base + 1
        self.plannedAt = plannedAt
        self.due = due
        self.oldSecretExpiresAt = oldSecretExpiresAt
        self.promotedAt = promotedAt
        self.endedAt = endedAt
        self.calls = calls
        self.reason = reason
        self.hint = hint
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        id = try members("id", \.id)
        app = try members("app", \.app)
        state = try members("state", \.state)
        trigger = try members("trigger", \.trigger)
        base = try members("base_generation", \.base)
        target = try members("new_generation", \.target)
        plannedAt = try members("planned_at", \.plannedAt)
        due = try members.orNull("due_at", \.due)
        oldSecretExpiresAt = try members.orNull("old_secret_expires_at", \.oldSecretExpiresAt)
        promotedAt = try members.orNull("promoted_at", \.promotedAt)
        endedAt = try members.orNull("ended_at", \.endedAt)
        calls = try members("calls", \.calls)
        reason = try members.orNull("reason", \.reason)
        trackingID = try members.ifPresent("tracking_id", \.trackingID)
        hint = try members.ifPresent("try", \.hint)
        attempts = try members("attempts", \.attempts)
        overlap = try members("overlap", \.overlap)
        endsNow = try members("ends_now", \.endsNow)
        successor = try members.orNull("successor", \.successor)
        hasEnteredSecret = try members("entered_secret", \.hasEnteredSecret)
        isEndSet = try members("end_set", \.isEndSet)
    }
}

/// Rotations: the running ones, or all of one app, oldest first.
package struct RotationList: Equatable, Sendable, ListedDocument {
    package let rotations: [RotationDocument]

    package init(rotations: [RotationDocument]) { self.rotations = rotations }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        rotations = try members("rotations", \.rotations)
    }
}

/// The clients that hold each generation of an app.
package struct HolderList: Equatable, Sendable, ListedDocument {
    package struct Holder: Equatable, Sendable, ListedDocument {
        package let node: NodeID
        package let client: Name
        package let generation: Int
        /// Whether it is the secret that is served, which a number alone does not tell.
        package let isCurrent: Bool
        package let at: Timestamp
        package let isAcknowledged: Bool

        package init(
            node: NodeID, client: Name, generation: Int, isCurrent: Bool, at: Timestamp, isAcknowledged: Bool
        ) {
            (self.node, self.client, self.generation) = (node, client, generation)
            (self.isCurrent, self.at, self.isAcknowledged) = (isCurrent, at, isAcknowledged)
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            node = try members("node", \.node)
            client = try members("client", \.client)
            generation = try members("generation", \.generation)
            isCurrent = try members("current", \.isCurrent)
            at = try members("at", \.at)
            isAcknowledged = try members("acknowledged", \.isAcknowledged)
        }
    }

    package let app: Name
    package let generation: Int
    package let holders: [Holder]

    package init(app: Name, generation: Int, holders: [Holder]) {
        self.app = app
        self.generation = generation
        self.holders = holders
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        generation = try members("generation", \.generation)
        holders = try members("holders", \.holders)
    }
}
