package import Domain
package import SecretJSON

/// What makes the objects in the vault those that an operator wants.
package struct ObjectsPlan: Equatable, Sendable, ListedDocument {
    package struct Change: Equatable, Sendable, ListedDocument {
        /// The raw values are stable.
        package enum Kind: String, JSONValue, Sendable, CaseIterable { case app, client, target }
        package enum Action: String, JSONValue, Sendable, CaseIterable { case add, set, remove }

        package let kind: Kind
        package let name: Name
        package let action: Action
        /// The values that change, each with its old and its new value.
        package let details: [String]
        /// Whether a secret must be given: of a new app, or for the login of a target.
        package let needsSecret: Bool
        /// Why it was not made, if it was tried.
        package var failure: String?

        package init(_ action: Action, _ kind: Kind, _ name: Name, _ details: [String] = [], needsSecret: Bool = false)
        {
            (self.action, self.kind, self.name, self.details) = (action, kind, name, details)
            self.needsSecret = needsSecret
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            kind = try members("kind", \.kind)
            name = try members("name", \.name)
            action = try members("action", \.action)
            details = try members("details", \.details)
            needsSecret = try members("needs_secret", \.needsSecret)
            failure = try members.ifPresent("failure", \.failure)
        }

        /// `~ app zoom-prod: owner: none -> identity`.
        package var line: String {
            let mark =
                switch action {
                case .add: "+"
                case .set: "~"
                case .remove: "-"
                }
            return "\(mark) \(kind.rawValue) \(name)" + (details.isEmpty ? "" : ": " + details.joined(separator: "; "))
        }
    }

    /// Whether all of them were made. Those of targets follow, one by one.
    package let done: Bool
    /// Apps first, then clients, then targets, each by name.
    package let changes: [Change]

    package init(done: Bool, changes: [Change]) { (self.done, self.changes) = (done, changes) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        done = try members("done", \.done)
        changes = try members("changes", \.changes)
    }
}
