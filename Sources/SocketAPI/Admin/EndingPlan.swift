package import Names
package import SecretJSON
package import Times

/// What it means to end an app's old secret at once: what is done, and who is left with a secret that Zoom refuses. Nothing
/// is asked of Zoom to find out.
package struct EndingPlan: Equatable, Sendable, WireDocument {
    package struct Client: Equatable, Sendable, WireDocument {
        package let client: Name
        /// The one that it fetched last.
        package let generation: Int

        package init(client: Name, generation: Int) {
            self.client = client
            self.generation = generation
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("client", client.description)
            json.member("generation", generation)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                client: try document.name("client", of: node), generation: try document.number("generation", of: node))
        }
    }

    package struct Target: Equatable, Sendable, WireDocument {
        package let target: Name
        /// What it has, and why that may not change in time.
        package let detail: String

        package init(target: Name, detail: String) {
            self.target = target
            self.detail = detail
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("target", target.description)
            json.member("detail", detail)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(target: try document.name("target", of: node), detail: try document.text("detail", of: node))
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app.description)
        json.member("rotation", orNull: rotation)
        json.member("steps", texts: steps)
        json.member("clients", list: clients)
        json.member("targets", list: targets)
        json.member("ends_at", orNull: endsAt?.description)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.name("app", of: node), rotation: try document.optionalText("rotation", of: node),
            steps: try document.texts("steps", of: node), clients: try document.list("clients", of: node),
            targets: try document.list("targets", of: node), endsAt: try document.optionalTime("ends_at", of: node))
    }
}
