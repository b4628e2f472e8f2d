import SecretMemory

@testable import Domain
@testable import Scheduling

extension FuzzTarget {
    /// Files of time zones. What is accepted has an answer for every time, and local times that come back.
    static let zones = FuzzTarget(name: "zones") { input in
        if let rule = PosixRule(input) {
            try sound(TimeZoneRules(identifier: "Rule", table: [], initial: 0, rule: rule))
        }
        guard let zone = try? TimeZoneRules(identifier: "Some/Where", file: input) else { return }
        try hold(zone.table.count <= input.count, "\(zone.table.count) changes in \(input.count) bytes")
        try sound(zone)
    }

    private static let openings = (try? Window.list("Sun 02:00-04:00; Mon-Fri 22:00-06:00; daily 00:00-24:00")) ?? []

    private static func sound(_ zone: TimeZoneRules) throws {
        let edges = zone.table.prefix(4).map(\.at) + zone.table.suffix(4).map(\.at)
        let fixed = [
            Int.min, -62_167_219_200, -50_000_000_000, 0, 1_790_000_000, 50_000_000_000, 253_402_300_799, Int.max,
        ]
        for second in edges.flatMap({ [$0 &- 1, $0] }) + fixed {
            let instant = Timestamp(unixSeconds: second)
            let local = zone.localTime(at: instant)
            try hold(abs(zone.offset(at: instant)) <= 8 * 86_400, "an offset of \(zone.offset(at: instant)) s")
            let shown = zone.instants(of: local)
            // Beyond the years that can be written, time stands still: there only nothing must crash.
            guard (-60_000_000_000...60_000_000_000).contains(second) else { continue }
            switch shown {
            case .one(let one): try hold(zone.localTime(at: one) == local, "\(one) does not show \(local)")
            case .two(let first, let last):
                try hold(first < last && (first...last).contains(instant), "\(instant) is not within its own fold")
            case .none: throw Broken(description: "\(instant) shows \(local), which is never shown")
            }
            let opening = openings.nextOpening(atOrAfter: instant, in: zone)
            try hold(opening.map { $0.lowerBound >= instant } ?? true, "an opening before its time")
            let due = Recurrence(every: 86_400, windows: openings, zone: zone, splayKey: "k")
                .due(after: instant, now: instant)
            try hold(due >= instant, "due at \(due), before \(instant)")
        }
    }
}
