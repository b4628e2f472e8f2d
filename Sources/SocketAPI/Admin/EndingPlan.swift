package import Domain
package import SecretJSON

/// The consequences of revoking an app's old secret at once: the steps, and the consumers that are left with a secret
/// that Zoom refuses. Computed without a request to Zoom.
package struct EndingPlan: Equatable, Sendable, ListedDocument {
    package struct Client: Equatable, Sendable, ListedDocument {
        package let client: Name
        /// The generation that it fetched last.
        package let generation: Int

        package init(client: Name, generation: Int) {
            self.client = client
            self.generation = generation
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            client = try members("client", \.client)
            generation = try members("generation", \.generation)
        }
    }

    package struct Target: Equatable, Sendable, ListedDocument {
        package let target: Name
        /// The generation that the target has, and why it may not get another in time.
        package let detail: String

        package init(target: Name, detail: String) {
            self.target = target
            self.detail = detail
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            target = try members("target", \.target)
            detail = try members("detail", \.detail)
        }
    }

    package let app: Name
    /// The ID of the running rotation.
    package let rotation: String?
    /// The steps in order, as text.
    package let steps: [String]
    /// The clients that must fetch again.
    package let clients: [Client]
    /// The push targets that may be left with the old secret.
    package let targets: [Target]
    /// The earliest time at which Zoom accepts the secret no more that is revoked last; `nil` when nothing is requested from
    /// Zoom.
    package let endsAt: Timestamp?

    package init(
        app: Name, rotation: String?, steps: [String], clients: [Client], targets: [Target], endsAt: Timestamp?
    ) {
        self.app = app
        self.rotation = rotation
        self.steps = steps
        self.clients = clients
        self.targets = targets
        self.endsAt = endsAt
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        rotation = try members.orNull("rotation", \.rotation)
        steps = try members("steps", \.steps)
        clients = try members("clients", \.clients)
        targets = try members("targets", \.targets)
        endsAt = try members.orNull("ends_at", \.endsAt)
    }
}
