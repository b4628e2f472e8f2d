import Domain
package import SocketAPI

/// The apps of a status to show, and their order.
package struct StatusSelection: Equatable, Sendable {
    package enum Order: String, CaseIterable, Sendable { case name, problems, age, next, token }

    /// A part of a name, or a pattern with `*`.
    package var filter: String?
    package var order: Order?
    /// How many apps; `nil` for all.
    package var limit: Int?

    package init(filter: String? = nil, order: Order? = nil, limit: Int? = nil) {
        self.filter = filter
        self.order = order
        self.limit = limit
    }

    /// The document with only these apps and their problems, and everything that does not concern an app.
    package func applied(to status: StatusDocument) -> StatusDocument {
        var apps = status.apps
        var problems = status.problems
        if let filter {
            apps = apps.filter { Self.matches($0.app.description, filter) }
            problems = problems.filter { $0.app.map { Self.matches($0.description, filter) } ?? true }
        }
        if let order { apps = sorted(apps, by: order, problems) }
        if let limit { apps = Array(apps.prefix(limit)) }
        return status.with(problems: problems, apps: apps)
    }

    /// Equal apps stay in the order of their names.
    private func sorted(
        _ apps: [StatusDocument.App], by order: Order, _ problems: [HealthIssue]
    ) -> [StatusDocument.App] {
        var urgency: [String: Int] = [:]
        for (index, problem) in problems.enumerated() {
            if let app = problem.app, urgency[app.description] == nil { urgency[app.description] = index }
        }
        func key(_ app: StatusDocument.App) -> Int {
            switch order {
            case .name: 0
            case .problems: urgency[app.app.description] ?? (app.rotation == nil ? .max : .max - 1)
            case .age: app.secretCreatedAt.unixSeconds
            case .next: app.nextRotationAt?.unixSeconds ?? .max
            case .token: app.tokenExpiresAt?.unixSeconds ?? .min
            }
        }
        return apps.map { (key($0), $0) }.sorted { ($0.0, $0.1.app) < ($1.0, $1.1.app) }.map(\.1)
    }

    /// Whether a name contains the text, or matches it as a pattern with `*`.
    static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern.contains("*") ? NamePattern.matches(name, pattern) : name.contains(pattern)
    }
}
