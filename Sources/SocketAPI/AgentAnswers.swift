package import Domain
package import SecretJSON
import SecretMemory

/// The answer to `GET /v1/health`.
package enum HealthAnswer: String, WireDocument {
    case ok
    case locked

    package var status: Status {
        switch self {
        case .ok: .ok
        case .locked: .serviceUnavailable
        }
    }

    package func writeMembers(to json: inout JSONWriter) { json.member("status", rawValue) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let known = HealthAnswer(rawValue: try document.value("status", of: node)) else {
            throw JSONError(.outOfRange, member: "status")
        }
        self = known
    }
}

/// The answer to `GET /v1/apps`: the apps granted to the caller.
package struct AppsAnswer: Equatable, Sendable, ListedDocument {
    package struct App: Equatable, Sendable, ListedDocument {
        package let app: Name
        package let generation: Int
        package let rotating: Bool

        package init(app: Name, generation: Int, rotating: Bool) {
            self.app = app
            self.generation = generation
            self.rotating = rotating
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            app = try members("app", \.app)
            generation = try members("generation", \.generation)
            rotating = try members("rotating", \.rotating)
        }
    }

    package let apps: [App]

    package init(apps: [App]) { self.apps = apps }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        apps = try members("apps", \.apps)
    }
}

/// One event of `GET /v1/events`: the state of an app, or a change. Never contains a secret.
package struct AppEvent: Equatable, Sendable, ListedDocument {
    /// All kinds of events, in this and later versions of this path.
    package enum Kind: String, JSONValue, Sendable, CaseIterable {
        /// At the start: the app is granted to the caller, and this is its generation.
        case state
        /// The app was added, or granted.
        case added
        /// The app was removed, or is no longer granted. The generation is the last one that was sent.
        case removed
        /// A rotation is running.
        case rotating
        /// There is a new generation, and other credentials to fetch.
        case rotated
        /// No rotation is running any more.
        case settled
    }

    package let app: Name
    package let generation: Int
    package let event: Kind

    package init(app: Name, generation: Int, event: Kind) {
        self.app = app
        self.generation = generation
        self.event = event
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        generation = try members("generation", \.generation)
        event = try members("event", \.event)
    }
}

/// The body of `ack` and `rejected`: the generation that the client refers to. Read strictly.
package struct GenerationReport: Equatable, Sendable, ListedDocument {
    package let generation: Int

    package init(generation: Int) { self.generation = generation }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        generation = try members("generation", \.generation, where: { $0 > 0 })
    }
}
