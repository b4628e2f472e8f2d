package import Domain

/// What a log has about an app since a time: the lines of what was done, and its clients' requests, counted.
package struct AppTrail: Equatable, Sendable {
    /// The requests of one caller for one generation, with one outcome.
    package struct Requests: Equatable, Sendable {
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
    }

    package let lines: [AuditQuery.Line]
    /// How many older lines are not in ``lines``.
    package let leftOut: Int
    /// By their first time.
    package let requests: [Requests]
    /// How many requests are not in ``requests``, because too many different callers made them.
    package let uncounted: Int
}

/// Refusals of a user that have no lines of their own, whatever they asked for.
package struct CountedRefusals: Equatable, Sendable {
    /// `nil` for callers who are counted together.
    package let uid: Int?
    package let first: Timestamp
    package let last: Timestamp
    package let count: Int
}

/// Reads a log once, for several apps.
package struct AppTrailReader {
    /// What is found about an app. Failures, which a broken target repeats all day, push out no line of what was done.
    private struct Collected {
        var done = NewestLines()
        var failures = NewestLines()
        var tallies: [Key: Tally] = [:]
        var uncounted = 0
    }

    private struct Key: Hashable {
        let action, outcome: ArraySlice<UInt8>
        let client, uid, generation: ArraySlice<UInt8>?
    }

    private struct Tally {
        var first, last: ArraySlice<UInt8>
        var count = 1
    }

    /// The most different requests of an app.
    private static let mostKeys = 500

    private let since: [UInt8]
    private var apps: [[UInt8]: Collected] = [:]
    private var refusals: [Int?: CountedRefusals] = [:]

    /// Returns what the log has about each of these apps, by its name, and the refusals that it only counts.
    package static func read(
        _ directory: LogDirectory, about apps: [Name], since: Timestamp
    ) throws(AuditError) -> (apps: [Name: AppTrail], refusals: [CountedRefusals]) {
        var reader = AppTrailReader(apps, since)
        try reader.read(directory)
        var found: [Name: AppTrail] = [:]
        for app in apps { found[app] = reader.apps[Array(app.description.utf8)].map(trail) }
        return (found, reader.refusals.values.sorted { $0.uid ?? -1 < $1.uid ?? -1 })
    }

    private init(_ apps: [Name], _ since: Timestamp) {
        self.since = Array(since.description.utf8)
        for app in apps { self.apps[Array(app.description.utf8)] = Collected() }
    }

    private mutating func read(_ directory: LogDirectory) throws(AuditError) {
        let numbers = try directory.segments()
        for (index, number) in numbers.enumerated() {
            // A file is over once the next one begins.
            if index + 1 < numbers.count, let next = try Self.begin(directory.path(of: numbers[index + 1])),
                next.lexicographicallyPrecedes(since)
            {
                continue
            }
            var lines = try LineReader(path: directory.path(of: number))
            while case .whole(let line) = try lines.next() { add(line) }
        }
    }

    /// The time of a file's first line; `nil` for a file without one.
    private static func begin(_ path: String) throws(AuditError) -> ArraySlice<UInt8>? {
        var reader = try LineReader(path: path)
        guard case .whole(let line) = try reader.next(), let parts = LineParts(line), !parts.time.isEmpty else {
            return nil
        }
        return parts.time
    }

    private mutating func add(_ line: ArraySlice<UInt8>) {
        guard let parts = LineParts(line), !parts.time.lexicographicallyPrecedes(since),
            let action = parts.member(Self.action), let outcome = parts.member(Self.outcome)
        else { return }
        guard let app = parts.member(Self.app).map(Array.init) else {
            if action.elementsEqual(Self.counted) { count(refusals: parts) }
            return
        }
        guard apps[app] != nil else { return }
        let isDone = outcome.elementsEqual("done".utf8)
        if Self.requests.contains(where: action.elementsEqual) {
            count(
                Key(
                    action: action, outcome: outcome, client: parts.member(Self.client), uid: parts.member(Self.uid),
                    generation: parts.member(Self.generation)), app, parts.time)
        } else if !isDone || !Self.routine.contains(where: action.elementsEqual) {
            let line = AuditQuery.Line(sequence: parts.sequence, text: String(decoding: line, as: UTF8.self))
            if isDone { apps[app]?.done.append(line) } else { apps[app]?.failures.append(line) }
        }
    }

    private mutating func count(_ key: Key, _ app: [UInt8], _ time: ArraySlice<UInt8>) {
        if var tally = apps[app]?.tallies[key] {
            tally.count += 1
            if time.lexicographicallyPrecedes(tally.first) { tally.first = time }
            if tally.last.lexicographicallyPrecedes(time) { tally.last = time }
            apps[app]?.tallies[key] = tally
        } else if apps[app]?.tallies.count ?? 0 < Self.mostKeys {
            // A key must not keep the file's buffer.
            let own = Key(
                action: key.action.copied, outcome: key.outcome.copied, client: key.client?.copied,
                uid: key.uid?.copied, generation: key.generation?.copied)
            apps[app]?.tallies[own] = Tally(first: time.copied, last: time.copied)
        } else {
            apps[app]?.uncounted += 1
        }
    }

    private mutating func count(refusals parts: LineParts) {
        guard let more = parts.member(Self.count).flatMap({ Int($0.text) }), let last = Timestamp(parts.time.text)
        else { return }
        let uid = parts.member(Self.uid).flatMap { Int($0.text) }
        let first = parts.member(Self.first).flatMap { Timestamp($0.text) } ?? last
        let known = refusals[uid]
        refusals[uid] = CountedRefusals(
            uid: uid, first: min(known?.first ?? first, first), last: last, count: (known?.count ?? 0) + more)
    }

    private static func trail(_ found: Collected) -> AppTrail {
        let requests = found.tallies.compactMap { key, tally -> AppTrail.Requests? in
            guard let first = Timestamp(tally.first.text), let last = Timestamp(tally.last.text) else { return nil }
            return AppTrail.Requests(
                action: key.action.text, outcome: key.outcome.text, client: key.client?.text,
                uid: key.uid.flatMap { Int($0.text) }, generation: key.generation.flatMap { Int($0.text) },
                first: first, last: last, count: tally.count)
        }
        return AppTrail(
            lines: (found.done.newest + found.failures.newest).sorted { $0.sequence < $1.sequence },
            leftOut: found.done.leftOut + found.failures.leftOut,
            requests: requests.sorted { order($0) < order($1) }, uncounted: found.uncounted)
    }

    private static func order(_ one: AppTrail.Requests) -> (Timestamp, Timestamp, String, String, String, Int) {
        (one.first, one.last, one.client ?? "", one.action, one.outcome, one.generation ?? 0)
    }

    // MARK: Members, as the log writes them

    private static let app = Array(#","app":"#.utf8)
    private static let action = Array(#","action":"#.utf8)
    private static let outcome = Array(#","outcome":"#.utf8)
    private static let client = Array(#","client":"#.utf8)
    private static let uid = Array(#","uid":"#.utf8)
    private static let generation = Array(#","generation":"#.utf8)
    private static let count = Array(#","count":"#.utf8)
    private static let first = Array(#","since":"#.utf8)
    private static let counted = Array("refusals.counted".utf8)
    /// Requests of clients, of which there may be very many.
    private static let requests = ["credentials.get", "credentials.field", "credentials.ack", "token.get"].map {
        Array($0.utf8)
    }
    /// What the daemon does all the time; failures are kept.
    private static let routine = ["app.probe", "token.mint"].map { Array($0.utf8) }
}

/// The newest lines of many.
private struct NewestLines {
    private static let most = 1000

    private var held: [AuditQuery.Line] = []
    private var dropped = 0

    mutating func append(_ line: AuditQuery.Line) {
        held.append(line)
        // Twice the limit is held, so that few lines are moved.
        guard held.count >= 2 * Self.most else { return }
        held.removeFirst(Self.most)
        dropped += Self.most
    }

    var newest: ArraySlice<AuditQuery.Line> { held.suffix(Self.most) }
    var leftOut: Int { dropped + held.count - newest.count }
}

extension LineParts {
    /// The value of a member, without the quotes of a text: of one that needs no escapes.
    /// - Parameter name: with a comma, quotes and a colon. Within a text no quote follows a comma, since it is escaped.
    fileprivate func member(_ name: [UInt8]) -> ArraySlice<UInt8>? {
        var rest = body[time.endIndex...]
        while let comma = rest.firstIndex(of: UInt8(ascii: ",")) {
            rest = rest[comma...]
            guard rest.starts(with: name) else {
                rest = rest.dropFirst()
                continue
            }
            let value = rest.dropFirst(name.count)
            return value.first == UInt8(ascii: "\"")
                ? value.dropFirst().prefix { $0 != UInt8(ascii: "\"") } : value.prefix { $0 != UInt8(ascii: ",") }
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
    fileprivate var copied: ArraySlice<UInt8> { ArraySlice(Array(self)) }
}
