package import Domain

/// Entries that are not in the log yet, oldest first, in bounded memory. Entries without room are dropped and counted.
///
/// The oldest are retained, because they show how the problem began.
package struct AuditBacklog: Equatable, Sendable {
    /// What was dropped.
    package struct Loss: Equatable, Sendable {
        package internal(set) var events: Int
        /// When the last dropped entry happened, and the highest commit that a dropped entry refers to; 0 for none.
        package internal(set) var time: Timestamp
        package internal(set) var commit: Int

        package init(events: Int, time: Timestamp, commit: Int) {
            (self.events, self.time, self.commit) = (events, time, commit)
        }
    }

    /// The most bytes of all entries together.
    private let room: Int
    private var bytes = 0
    package private(set) var entries: [AuditEntry] = []
    package private(set) var loss: Loss?

    package init(room: Int) { self.room = room }

    package init(room: Int, _ entries: [AuditEntry], _ loss: Loss? = nil) {
        self.room = room
        for entry in entries { add(entry) }
        if let loss { add(loss) }
    }

    package var isEmpty: Bool { entries.isEmpty && loss == nil }

    /// The number of waiting lines, dropped ones included, and the age of the oldest in seconds.
    package func lag(_ now: Timestamp) -> (lines: Int, seconds: Double) {
        (entries.count + (loss?.events ?? 0), entries.first.map { Double(max(now - $0.time, 0)) } ?? 0)
    }

    /// Adds an entry. After a loss, entries are dropped until the backlog is empty, so that the log keeps its order.
    package mutating func add(_ entry: AuditEntry) {
        guard loss == nil, bytes + entry.size <= room else {
            return add(Loss(events: 1, time: entry.time, commit: entry.commit ?? 0))
        }
        entries.append(entry)
        bytes += entry.size
    }

    private mutating func add(_ other: Loss) {
        loss = Loss(
            events: (loss?.events ?? 0) + other.events, time: other.time, commit: max(loss?.commit ?? 0, other.commit))
    }

    package mutating func add(_ newer: AuditBacklog) {
        for entry in newer.entries { add(entry) }
        if let lost = newer.loss { add(lost) }
    }

    /// Removes entries for this commit or earlier ones, which the log already has.
    package mutating func drop(through commit: Int) {
        entries.removeAll { $0.commit.map { $0 <= commit } ?? false }
        bytes = entries.reduce(0) { $0 + $1.size }
        if let lost = loss, lost.commit > 0, lost.commit <= commit { loss = nil }
    }

    /// Writes all entries, and a line about the dropped ones. If it throws, the unwritten entries are still here.
    package mutating func write(to log: AuditLog) throws(AuditError) {
        var written = 0
        defer {
            bytes -= entries.prefix(written).reduce(0) { $0 + $1.size }
            entries.removeFirst(written)
        }
        for entry in entries {
            try log.append([entry.event], at: entry.time, commit: entry.commit)
            written += 1
        }
        guard let lost = loss else { return }
        let event = AuditEvent(.init("log.lost"), .failed, [("events", .number(lost.events))])
        try log.append([event], at: lost.time, commit: lost.commit > 0 ? lost.commit : nil)
        loss = nil
    }
}
