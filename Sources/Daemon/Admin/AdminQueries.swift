import Audit
import Domain
import Health
import SocketAPI

extension RequestTarget {
    /// The app in the query.
    var appName: Name? {
        get throws(Problem) {
            guard let text = query("app") else { return nil }
            guard let name = Name(text) else { throw Problem(.badRequest, "app is not \(Name.grammar)") }
            return name
        }
    }

    /// How many more seconds the token must be valid.
    var minTTL: Int {
        get throws(Problem) { try number("min_ttl", in: 0...AgentRoute.longestTTL) ?? 300 }
    }
}

extension OpenMetrics.Dialect {
    init(_ target: RequestTarget) throws(Problem) {
        switch target.query("format") {
        case nil, "openmetrics": self = .openMetrics
        case "text": self = .text
        default: throw Problem(.badRequest, "format is not openmetrics or text")
        }
    }
}

extension AuditQuery {
    init(_ target: RequestTarget) throws(Problem) {
        let since = try target.number("since", in: 0...253_402_300_799)
        self.init(
            app: try target.appName?.description, since: since.map(Timestamp.init(unixSeconds:)),
            after: try target.number("after", in: 0...Int.max) ?? 0,
            limit: try target.number("limit", in: 1...Self.mostLines) ?? 100)
        before = try target.number("before", in: 1...Int.max)
        isOfOperators = try target.flag("operators")
        guard before == nil || after == 0 else { throw Problem(.badRequest, "after cannot be combined with before") }
    }
}
