package import Domain
package import SecretJSON

/// The body of `POST /v1/evidence`. Read strictly.
package struct EvidenceRequest: Equatable, Sendable, ListedDocument {
    /// The most apps of one request.
    package static let mostApps = 500

    package let since: Timestamp
    package let apps: [Name]

    package init(since: Timestamp, apps: [Name]) { (self.since, self.apps) = (since, apps) }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        since = try members("since", \.since)
        apps = try members("apps", \.apps, where: { $0.count <= Self.mostApps })
    }
}

/// The answer: what the vault and the audit log have about apps since a time.
package struct EvidencePage: Equatable, Sendable, ListedDocument {
    /// Refusals of a user that have no lines of their own, whatever they asked for.
    package struct Refusals: Equatable, Sendable, ListedDocument {
        /// `nil` for callers who are counted together.
        package let uid: Int?
        package let first: Timestamp
        package let last: Timestamp
        package let count: Int

        package init(uid: Int?, first: Timestamp, last: Timestamp, count: Int) {
            (self.uid, self.first, self.last, self.count) = (uid, first, last, count)
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            uid = try members.orNull("uid", \.uid)
            first = try members("first", \.first)
            last = try members("last", \.last)
            count = try members("count", \.count)
        }
    }

    /// In the order of the request. Apps that are not in the vault are left out.
    package let apps: [AppEvidence]
    package let refusals: [Refusals]
    /// How many apps at the end of the request are not looked at, since the answer would be too long.
    package let rest: Int

    package init(apps: [AppEvidence], refusals: [Refusals], rest: Int) {
        (self.apps, self.refusals, self.rest) = (apps, refusals, rest)
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        apps = try members("apps", \.apps)
        refusals = try members("refusals", \.refusals)
        rest = try members("rest", \.rest)
    }
}

package struct AppEvidence: Equatable, Sendable, ListedDocument {
    /// The requests of one caller for one generation, with one outcome.
    package struct Requests: Equatable, Sendable, ListedDocument {
        /// An action of the audit log, such as `credentials.get`.
        package let action: String
        package let outcome: String
        /// `nil` for a caller whom no policy lets have the app.
        package let client: String?
        package let uid: Int?
        /// `nil` for a request that got nothing.
        package let generation: Int?
        package let first: Timestamp
        package let last: Timestamp
        package let count: Int

        package init(
            action: String, outcome: String, client: String?, uid: Int?, generation: Int?, first: Timestamp,
            last: Timestamp, count: Int
        ) {
            (self.action, self.outcome, self.client, self.uid) = (action, outcome, client, uid)
            (self.generation, self.first, self.last, self.count) = (generation, first, last, count)
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            action = try members("action", \.action)
            outcome = try members("outcome", \.outcome)
            client = try members.orNull("client", \.client)
            uid = try members.orNull("uid", \.uid)
            generation = try members.orNull("generation", \.generation)
            first = try members("first", \.first)
            last = try members("last", \.last)
            count = try members("count", \.count)
        }
    }

    package let app: Name
    /// Generations that were valid since then, and rotations that had not ended before.
    package let history: HistoryDocument
    package let holders: [HolderList.Holder]
    package let requests: [Requests]
    /// The lines of the log, except requests and routine, each exactly as there: the newest ones, in order.
    package let lines: [String]
    /// How many older lines are left out, and how many requests, because there are too many.
    package let linesLeftOut: Int
    package let requestsLeftOut: Int

    package init(
        app: Name, history: HistoryDocument, holders: [HolderList.Holder], requests: [Requests], lines: [String],
        linesLeftOut: Int, requestsLeftOut: Int
    ) {
        (self.app, self.history, self.holders) = (app, history, holders)
        (self.requests, self.lines) = (requests, lines)
        (self.linesLeftOut, self.requestsLeftOut) = (linesLeftOut, requestsLeftOut)
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        history = try members("history", \.history)
        holders = try members("holders", \.holders)
        requests = try members("requests", \.requests)
        lines = try members("lines", \.lines)
        linesLeftOut = try members("lines_left_out", \.linesLeftOut)
        requestsLeftOut = try members("requests_left_out", \.requestsLeftOut)
    }
}
