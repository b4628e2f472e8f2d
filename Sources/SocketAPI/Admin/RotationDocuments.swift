package import Names
package import SecretJSON
package import SecretMemory
package import Times

/// The body of `POST /v1/apps/{app}/rotate`. Read strictly.
package struct RotateRequest: ~Copyable, WireDocument {
    /// Seconds; `nil` for what the app's policy says.
    package let overlap: Int?
    /// The new secret, when the operator made it in the Marketplace.
    package let clientSecret: SecretBytes?
    /// For an incident: what is under way is finished, and the present secret ended as soon as the new one is live.
    package let now: Bool

    package init(overlap: Int?, clientSecret: consuming SecretBytes?, now: Bool = false) {
        self.overlap = overlap
        self.clientSecret = clientSecret
        self.now = now
    }

    package func writeMembers(to json: inout JSONWriter) {
        if let overlap { json.member("overlap", overlap) }
        if now { json.member("now", true) }
        switch clientSecret {
        case .some(let secret): json.member("client_secret", secret: secret)
        case nil: break
        }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["overlap", "client_secret", "now"], of: node)
        let isManual = document.member("client_secret", of: node) != nil
        self.init(
            overlap: try document.optionalNumber("overlap", of: node),
            clientSecret: isManual ? try document.secret("client_secret", of: node) : nil,
            now: document.member("now", of: node) != nil ? try document.flag("now", of: node) : false)
    }
}

/// One rotation as operators see it.
package struct RotationDocument: Equatable, Sendable, WireDocument {
    package let id: String
    package let app: Name
    package let state: String
    package let trigger: String
    /// The generation that is replaced.
    package let base: Int
    /// The generation that it makes: not always the next number, since some may be lost with a vault.
    package let target: Int
    package let plannedAt: Timestamp
    /// When something happens next by itself.
    package let due: Timestamp?
    /// When Zoom kills the old secret.
    package let oldSecretDiesAt: Timestamp?
    package let promotedAt: Timestamp?
    package let endedAt: Timestamp?
    /// How often Zoom was asked for a new secret.
    package let calls: Int
    /// Why it stands where it stands.
    package let reason: String?
    /// What the operator can do, where it is up to him.
    package let hint: String?
    /// How often the present step failed in a row.
    package var attempts = 0
    /// The least time for which both secrets work, in seconds.
    package var overlap = 0
    /// Whether the overlap was ended by the operator.
    package var endsNow = false
    /// The rotation that began, or is going to, as this one ends.
    package var successor: String?
    /// Whether a secret that was entered by hand waits for Zoom to say that it takes it.
    package var hasEnteredSecret = false

    package init(
        id: String, app: Name, state: String, trigger: String, base: Int, target: Int? = nil, plannedAt: Timestamp,
        due: Timestamp?, oldSecretDiesAt: Timestamp?, promotedAt: Timestamp?, endedAt: Timestamp?, calls: Int,
        reason: String?, hint: String?
    ) {
        self.id = id
        self.app = app
        self.state = state
        self.trigger = trigger
        self.base = base
        self.target = target ?? base + 1
        self.plannedAt = plannedAt
        self.due = due
        self.oldSecretDiesAt = oldSecretDiesAt
        self.promotedAt = promotedAt
        self.endedAt = endedAt
        self.calls = calls
        self.reason = reason
        self.hint = hint
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("app", app.description)
        json.member("state", state)
        json.member("trigger", trigger)
        json.member("base_generation", base)
        json.member("new_generation", target)
        json.member("planned_at", plannedAt.description)
        json.member("due_at", orNull: due?.description)
        json.member("old_secret_dies_at", orNull: oldSecretDiesAt?.description)
        json.member("promoted_at", orNull: promotedAt?.description)
        json.member("ended_at", orNull: endedAt?.description)
        json.member("calls", calls)
        json.member("reason", orNull: reason)
        if let hint { json.member("try", hint) }
        json.member("attempts", attempts)
        json.member("overlap", overlap)
        json.member("ends_now", endsNow)
        json.member("successor", orNull: successor)
        json.member("entered_secret", hasEnteredSecret)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            id: try document.text("id", of: node), app: try document.name("app", of: node),
            state: try document.text("state", of: node), trigger: try document.text("trigger", of: node),
            base: try document.number("base_generation", of: node),
            target: try document.number("new_generation", of: node),
            plannedAt: try document.time("planned_at", of: node), due: try document.optionalTime("due_at", of: node),
            oldSecretDiesAt: try document.optionalTime("old_secret_dies_at", of: node),
            promotedAt: try document.optionalTime("promoted_at", of: node),
            endedAt: try document.optionalTime("ended_at", of: node), calls: try document.number("calls", of: node),
            reason: try document.optionalText("reason", of: node), hint: try document.optionalText("try", of: node))
        attempts = try document.number("attempts", of: node)
        overlap = try document.number("overlap", of: node)
        endsNow = try document.flag("ends_now", of: node)
        successor = try document.optionalText("successor", of: node)
        hasEnteredSecret = try document.flag("entered_secret", of: node)
    }
}

/// Rotations: those under way, or all of one app, oldest first.
package struct RotationList: Equatable, Sendable, WireDocument {
    package let rotations: [RotationDocument]

    package init(rotations: [RotationDocument]) { self.rotations = rotations }

    package func writeMembers(to json: inout JSONWriter) { json.member("rotations", list: rotations) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        rotations = try document.list("rotations", of: node)
    }
}

/// Which clients hold which generation of an app.
package struct HolderList: Equatable, Sendable, WireDocument {
    package struct Holder: Equatable, Sendable, WireDocument {
        package let client: Name
        package let generation: Int
        package let at: Timestamp
        package let acknowledged: Bool

        package init(client: Name, generation: Int, at: Timestamp, acknowledged: Bool) {
            self.client = client
            self.generation = generation
            self.at = at
            self.acknowledged = acknowledged
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("client", client.description)
            json.member("generation", generation)
            json.member("at", at.description)
            json.member("acknowledged", acknowledged)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                client: try document.name("client", of: node), generation: try document.number("generation", of: node),
                at: try document.time("at", of: node), acknowledged: try document.flag("acknowledged", of: node))
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app.description)
        json.member("generation", generation)
        json.member("holders", list: holders)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.name("app", of: node), generation: try document.number("generation", of: node),
            holders: try document.list("holders", of: node))
    }
}
