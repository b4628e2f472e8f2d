package import Domain
package import SecretJSON

/// A change that somebody else made to a target's connection.
package struct TargetDrift: Equatable, Sendable, ListedDocument {
    package let code: Open<DriftKind>
    package let detail: String

    package init(code: DriftKind, detail: String) {
        self.code = .known(code)
        self.detail = detail
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        code = try members("code", \.code)
        detail = try members("detail", \.detail)
    }
}

/// How many times the current secret was pushed again recently.
package struct TargetRestoration: Equatable, Sendable, ListedDocument {
    package let count: Int
    package let first: Timestamp
    package let last: Timestamp

    package init(count: Int, first: Timestamp, last: Timestamp) {
        self.count = count
        self.first = first
        self.last = last
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        count = try members("count", \.count)
        first = try members("first", \.first)
        last = try members("last", \.last)
    }
}
