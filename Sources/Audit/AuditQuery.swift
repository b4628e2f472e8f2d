package import Domain
import SecretJSON
import SecretMemory

/// A selection of lines of a log.
package struct AuditQuery: Sendable {
    /// The most lines in one answer.
    package static let mostLines = 1000

    /// Only lines about this app.
    package var app: String?
    /// Only lines with this action.
    package var action: String?
    /// Only lines of this time or later.
    package var since: Timestamp?
    /// Only lines with a higher number. 0 for the newest lines.
    package var after: Int
    /// Of the newest lines, only those with a lower number.
    package var before: Int?
    /// Only lines of operators, and about the vault and the log themselves.
    package var isOfOperators = false
    /// How many lines: the oldest after ``after``, or else the newest.
    package var limit: Int

    package init(
        app: String? = nil, action: String? = nil, since: Timestamp? = nil, after: Int = 0, limit: Int = 100
    ) {
        self.action = action
        self.app = app
        self.since = since
        self.after = after
        self.limit = min(max(limit, 1), Self.mostLines)
    }

    /// A line as it is in the log, and its number.
    package struct Line: Equatable, Sendable {
        package let sequence: Int
        package let text: String
    }

    /// Returns the lines in order. Other content of the files is skipped; finding it is the verifier's task.
    package func run(in directory: LogDirectory) throws(AuditError) -> [Line] {
        after > 0 ? try following(directory) : try newest(directory)
    }

    private func following(_ directory: LogDirectory) throws(AuditError) -> [Line] {
        let numbers = try directory.segments()
        // The last file that begins before the first requested line, and all files after it.
        var first = 0
        for (index, number) in numbers.enumerated() {
            guard let begin = try Self.begin(directory.path(of: number)), begin <= after else { break }
            first = index
        }
        var found: [Line] = []
        for number in numbers.dropFirst(first) {
            try each(directory.path(of: number)) { line in
                found.append(line)
                return found.count < limit
            }
            if found.count >= limit { break }
        }
        return found
    }

    private func newest(_ directory: LogDirectory) throws(AuditError) -> [Line] {
        var found: [Line] = []
        for number in try directory.segments().reversed() {
            var here: [Line] = []
            try each(directory.path(of: number)) { line in
                here.append(line)
                // Holds up to twice the limit, until the end of the file shows which lines are the newest.
                if here.count >= 2 * limit { here.removeFirst(limit) }
                return true
            }
            found = here.suffix(limit - found.count) + found
            if found.count >= limit { break }
        }
        return found
    }

    private func each(_ path: String, _ take: (Line) -> Bool) throws(AuditError) {
        var reader = try LineReader(path: path)
        while case .whole(let line) = try reader.next() {
            guard let parts = LineParts(line), parts.sequence > after, parts.sequence < before ?? .max, wants(line)
            else { continue }
            guard take(Line(sequence: parts.sequence, text: String(decoding: line, as: UTF8.self))) else { return }
        }
    }

    private func wants(_ line: ArraySlice<UInt8>) -> Bool {
        guard app != nil || action != nil || since != nil || isOfOperators else { return true }
        guard let document = try? JSONDocument(parsing: SecretBytes(copying: unsafe Array(line).span.bytes)) else {
            return false
        }
        func text(_ name: String) -> String? {
            document.member(name, of: document.root).flatMap { try? document.string($0) }
        }
        if let app, text("app") != app { return false }
        if let action, text("action") != action { return false }
        if isOfOperators {
            guard let action = text("action"), !Self.ofClients.contains(action) else { return false }
            guard document.member("uid", of: document.root) != nil || text("app") == nil else { return false }
        }
        if let since, text("time").flatMap(Timestamp.init).map({ $0 < since }) ?? true { return false }
        return true
    }

    /// Actions of clients, and those that say nothing of anybody.
    private static let ofClients: Set = [
        "credentials.get", "credentials.field", "credentials.ack", "credentials.rejected", "token.get", "events.open",
        "log.begin",
    ]

    /// The number of the first line of a file.
    static func begin(_ path: String) throws(AuditError) -> Int? {
        var reader = try LineReader(path: path)
        guard case .whole(let line) = try reader.next() else { return nil }
        return LineParts(line)?.sequence
    }
}
