package import Domain
package import SecretJSON

/// What it means to end an app's old secret at once: what is done, and who is left with a secret that Zoom refuses. Nothing
/// is asked of Zoom to find out.
package struct EndingPlan: Equatable, Sendable, ListedDocument {
    package struct Client: Equatable, Sendable, ListedDocument {
        package let client: Name
        /// The one that it fetched last.
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
        /// What it has, and why that may not change in time.
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
    /// The rotation that is under way.
    package let rotation: String?
    /// What is done, in order.
    package let steps: [String]
    /// Who has to fetch again.
    package let clients: [Client]
    /// The push targets that may be left with the old secret.
    package let targets: [Target]
    /// When Zoom lets the last of it be done at the earliest; `nil` when it is asked for nothing.
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
