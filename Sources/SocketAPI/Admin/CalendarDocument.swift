package import Domain
package import SecretJSON

/// The answer to `GET /v1/calendar`: what is due within some days, in the order of time.
package struct CalendarDocument: Equatable, Sendable, ListedDocument {
    package struct Event: Equatable, Sendable, ListedDocument {
        /// The raw values are stable.
        package enum Kind: String, CaseIterable, Sendable {
            /// A rotation starts automatically.
            case rotation
            /// The old secret is revoked, unless a consumer still has it.
            case overlapEnds = "overlap_ends"
            /// A secret is revoked in any case, or expires.
            case secretEnds = "secret_ends"
            case certificateExpires = "certificate_expires"
            /// Something is lost for good unless somebody acts: the deadline of a problem in the status.
            case deadline
        }

        /// The same for the same event in each answer, also when its time changes.
        package let uid: String
        package let kind: Open<Kind>
        package let app: Name?
        package let target: Name?
        package let at: Timestamp
        package let detail: String
        /// Whether it depends on an earlier event: a rotation after the next one, or after the one that is running.
        package let isExpected: Bool

        package init(
            uid: String, kind: Kind, app: Name?, target: Name? = nil, at: Timestamp, detail: String,
            isExpected: Bool = false
        ) {
            self.uid = uid
            self.kind = .known(kind)
            self.app = app
            self.target = target
            self.at = at
            self.detail = detail
            self.isExpected = isExpected
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            uid = try members("uid", \.uid)
            kind = try members("kind", \.kind)
            app = try members.orNull("app", \.app)
            target = try members.orNull("target", \.target)
            at = try members("at", \.at)
            detail = try members("detail", \.detail)
            isExpected = try members("expected", \.isExpected)
        }
    }

    /// Windows in which rotations may start, and when they are open.
    package struct Windows: Equatable, Sendable, ListedDocument {
        package struct Opening: Equatable, Sendable, ListedDocument {
            package let from: Timestamp
            package let to: Timestamp

            package init(from: Timestamp, to: Timestamp) {
                self.from = from
                self.to = to
            }

            package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
                from = try members("from", \.from)
                to = try members("to", \.to)
            }
        }

        package let window: String
        package let timeZone: String
        /// How many apps have them.
        package let apps: Int
        package let openings: [Opening]

        package init(window: String, timeZone: String, apps: Int, openings: [Opening]) {
            self.window = window
            self.timeZone = timeZone
            self.apps = apps
            self.openings = openings
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            window = try members("window", \.window)
            timeZone = try members("time_zone", \.timeZone)
            apps = try members("apps", \.apps)
            openings = try members("openings", \.openings)
        }
    }

    /// The time of the answer, by the daemon's clock.
    package let now: Timestamp
    /// The end of the calendar.
    package let until: Timestamp
    package let events: [Event]
    /// How many later events are left out; 0 unless there are very many.
    package let leftOut: Int
    package let windows: [Windows]
    /// The apps whose scheduled rotations are paused.
    package let paused: [Name]

    package init(
        now: Timestamp, until: Timestamp, events: [Event], leftOut: Int, windows: [Windows], paused: [Name]
    ) {
        self.now = now
        self.until = until
        self.events = events
        self.leftOut = leftOut
        self.windows = windows
        self.paused = paused
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        now = try members("now", \.now)
        until = try members("until", \.until)
        events = try members("events", \.events)
        leftOut = try members("left_out", \.leftOut)
        windows = try members("windows", \.windows)
        paused = try members("paused", \.paused)
    }
}
