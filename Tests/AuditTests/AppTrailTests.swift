import Domain
import TestSupport
import Testing

@testable import Audit

/// What a log has about apps, and who did what: read in one pass.
@Suite struct AppTrailTests {
    private static let start = Timestamp(unixSeconds: 1_800_000_000)

    private static func event(
        _ action: String, _ app: String?, outcome: AuditEvent.Outcome = .done,
        _ more: [(name: String, value: AuditEvent.Value)] = []
    ) -> AuditEvent {
        AuditEvent(.init(action), outcome, (app.map { [("app", .text($0))] } ?? []) + more)
    }

    private static func fetch(_ app: String, _ client: String, _ generation: Int) -> AuditEvent {
        event(
            "credentials.get", app, outcome: .allowed,
            [("client", .text(client)), ("generation", .number(generation)), ("uid", .number(7))])
    }

    /// An event a minute, in files of a few lines.
    private static func log(_ events: [AuditEvent]) async throws -> LogUnderTest {
        let log = try LogUnderTest()
        log.limits.segmentBytes = 600
        let writer = try log.open()
        for (number, event) in events.enumerated() { try writer.append([event], at: start + number * 60) }
        await writer.close()
        return log
    }

    @Test func `requests are counted, and everything else is there as a line`() async throws {
        let log = try await Self.log([
            Self.fetch("a", "x", 1), Self.fetch("a", "x", 1), Self.fetch("b", "x", 1), Self.fetch("a", "x", 2),
            Self.fetch("a", "y", 2), Self.event("app.probe", "a"), Self.event("app.probe", "a", outcome: .failed),
            Self.event("token.mint", "a"), Self.event("rotation.current", "a", [("rotation", .text("r"))]),
            Self.event(
                "credentials.get", "a", outcome: .denied, [("uid", .number(9)), ("reason", .text(#","app":"b","x"#))]),
            Self.event("rotation.current", "none"),
        ])
        let found = try AppTrailReader.read(log.directory, about: [Name.test("a"), Name.test("b")], since: Self.start)
            .apps
        let trail = try #require(found[Name.test("a")])
        #expect(
            trail.requests.map { "\($0.client ?? "") \($0.uid ?? 0) \($0.outcome) \($0.generation ?? 0) \($0.count)" }
                == [
                    "x 7 allowed 1 2", "x 7 allowed 2 1", "y 7 allowed 2 1", " 9 denied 0 1",
                ])
        #expect(trail.requests.first?.first == Self.start && trail.requests.first?.last == Self.start + 60)
        let lines = trail.lines.map(\.text)
        #expect(lines.count == 2 && lines[0].contains("app.probe") && lines[1].contains("rotation.current"))
        #expect(lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") }, "each as it is in the log")
        #expect(found[Name.test("b")]?.requests.map(\.count) == [1] && found[Name.test("b")]?.lines == [])
    }

    @Test func `only the period is read, whatever files there are`() async throws {
        let log = try await Self.log(
            (0..<40).map { Self.event("rotation.current", "a", [("generation", .number($0 + 1))]) })
        #expect(try log.directory.segments().count > 5)
        for first in [0, 1, 17, 39, 40] {
            let found = try AppTrailReader.read(log.directory, about: [Name.test("a")], since: Self.start + first * 60)
                .apps
            #expect(found[Name.test("a")]?.lines.count == 40 - first)
        }
    }

    private static func trail(_ log: LogUnderTest) throws -> AppTrail {
        try #require(try AppTrailReader.read(log.directory, about: [Name.test("a")], since: start).apps[Name.test("a")])
    }

    @Test func `of too many failures the newest are there, and they push out nothing that was done`() async throws {
        let log = try await Self.log(
            (0..<2500).map {
                $0 % 100 == 0
                    ? Self.event("rotation.current", "a") : Self.event("app.probe", "a", outcome: .failed)
            })
        let trail = try Self.trail(log)
        #expect(trail.lines.count { $0.text.contains("rotation.current") } == 25)
        #expect(trail.lines.count == 1025 && trail.leftOut == 1475)
        #expect(trail.lines.map(\.sequence) == trail.lines.map(\.sequence).sorted())
    }

    @Test func `refusals without lines of their own are counted by user`() async throws {
        func counted(_ count: Int, _ uid: Int?) -> AuditEvent {
            Self.event(
                "refusals.counted", nil, outcome: .denied,
                [("count", .number(count)), ("since", .text("\(Self.start)")), ("reason", .text(#","uid":1,"#))]
                    + (uid.map { [("uid", .number($0))] } ?? []))
        }
        let log = try await Self.log([counted(3, 9), Self.event("vault.lock", nil), counted(40, nil), counted(5, 9)])
        let found = try AppTrailReader.read(log.directory, about: [Name.test("a")], since: Self.start).refusals
        #expect(
            found == [
                CountedRefusals(uid: nil, first: Self.start, last: Self.start + 120, count: 40),
                CountedRefusals(uid: 9, first: Self.start, last: Self.start + 180, count: 8),
            ])
    }

    @Test func `of too many lines the newest are there, and the others are counted`() async throws {
        let log = try await Self.log((0..<2500).map { _ in Self.event("rotation.current", "a") })
        let trail = try Self.trail(log)
        #expect(trail.lines.count == 1000 && trail.leftOut == 1500)
        #expect(trail.lines.map(\.sequence) == trail.lines.map(\.sequence).sorted())
        let newest = try #require(try AuditQuery(limit: 1).run(in: log.directory).last)
        #expect(trail.lines.last == newest)
    }

    @Test func `what operators did is read backwards, page by page`() async throws {
        let log = try await Self.log(
            (0..<30).flatMap { number in
                [
                    Self.fetch("a", "x", 1), Self.event("rotation.current", "a"),
                    Self.event("app.set", "a", [("uid", .number(number))]), Self.event("vault.lock", nil),
                ]
            })
        var query = AuditQuery(limit: 7)
        query.isOfOperators = true
        var all: [AuditQuery.Line] = []
        while case let page = try query.run(in: log.directory), let first = page.first {
            all = page + all
            query.before = first.sequence
        }
        #expect(all.count == 60)
        #expect(all.map(\.sequence) == Set(all.map(\.sequence)).sorted())
        #expect(all.allSatisfy { $0.text.contains("app.set") || $0.text.contains("vault.lock") })
    }
}
