import Audit
import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Maintenance

/// What the audit log knows of generations that a backup has not.
@Suite struct KnownGenerationsTests {
    private static let start = ManualTime().now.wall
    private static let app = Name.test("zoom-prod")

    /// A line: at a second after the start.
    struct Line {
        let at: Int
        let action: String
        var generation: Int?
        var new: Int?
        var revokeAt: Int?
        var id = "r1"
        var outcome = AuditEvent.Outcome.done
        var state: String?
        var app = "zoom-prod"

        var event: AuditEvent {
            var members: [(name: String, value: AuditEvent.Value)] = [("app", .text(app))]
            if action.hasPrefix("rotation.") { members.append(("rotation", .text(id))) }
            if let generation { members.append(("generation", .number(generation))) }
            if let new { members.append(("new_generation", .number(new))) }
            if let revokeAt { members.append(("revoke_at", .text((start + revokeAt).description))) }
            if let state { members.append(("state", .text(state))) }
            members.append(("reason", .text(#"a trap: ","generation":99,"app":"zoom-prod""#)))
            return AuditEvent(.init(action), outcome, members)
        }
    }

    struct Row: CustomTestStringConvertible {
        let testDescription: String
        let lines: [Line]
        /// `nil`: nothing is known above the generation in the backup.
        let highest: Int?
        var madeAt: Int?
        var until: Int?
        var restored = 1
    }

    static let day = 86_400
    static let rows = [
        Row(testDescription: "nothing", lines: [], highest: nil),
        Row(
            testDescription: "a client fetched the one that is restored",
            lines: [Line(at: 5, action: "credentials.get", generation: 1, outcome: .allowed)], highest: nil),
        Row(
            testDescription: "a client fetched a newer one",
            lines: [Line(at: 5, action: "credentials.get", generation: 4, outcome: .allowed)], highest: 4, madeAt: 5),
        Row(
            testDescription: "one who was refused names a number",
            lines: [Line(at: 5, action: "credentials.ack", generation: 9, outcome: .denied)], highest: nil),
        Row(
            testDescription: "another app",
            lines: [Line(at: 5, action: "credentials.get", generation: 4, outcome: .allowed, app: "other")],
            highest: nil),
        Row(
            testDescription: "a rotation that was only planned",
            lines: [
                Line(at: 1, action: "rotation.planned", generation: 1, new: 2),
                Line(at: 1, action: "rotation.rotate", generation: 1, new: 2, state: "planned"),
            ], highest: nil),
        Row(
            testDescription: "a rotation that Zoom was asked for may have made one",
            lines: [
                Line(at: 1, action: "rotation.planned", generation: 1, new: 2),
                Line(at: 2, action: "rotation.intended", generation: 1, new: 2, revokeAt: 7 * day),
            ], highest: 2, madeAt: 2, until: 7 * day),
        Row(
            testDescription: "a rotation that was refused made none",
            lines: [
                Line(at: 2, action: "rotation.intended", generation: 1, new: 2, revokeAt: 7 * day),
                Line(at: 3, action: "rotation.refused", generation: 1, new: 2),
            ], highest: nil),
        Row(
            testDescription: "a rotation to its end",
            lines: [
                Line(at: 2, action: "rotation.intended", generation: 1, new: 2, revokeAt: 30 * day),
                Line(at: 4, action: "rotation.current", generation: 1, new: 2, revokeAt: 30 * day),
                Line(at: 9, action: "rotation.retired", generation: 1, new: 2, revokeAt: 9),
            ], highest: 2, madeAt: 4, until: 9),
        Row(
            testDescription: "without a time, 30 days are the most",
            lines: [Line(at: 4, action: "rotation.current", generation: 1)], highest: 2, madeAt: 4, until: 4 + 30 * day),
        Row(
            testDescription: "two rotations: the first ends the restored secret, the second made the newest",
            lines: [
                Line(at: 4, action: "rotation.current", generation: 1, new: 2, revokeAt: 3 * day),
                Line(at: 5, action: "rotation.current", generation: 2, new: 3, revokeAt: 5 * day, id: "r2"),
            ], highest: 3, madeAt: 5, until: 3 * day),
        Row(
            testDescription: "a number that is not the next",
            lines: [Line(at: 4, action: "rotation.current", generation: 1, new: 7, revokeAt: day)], highest: 7,
            madeAt: 4, until: day),
        Row(
            testDescription: "the backup is newer",
            lines: [Line(at: 4, action: "rotation.current", generation: 1, new: 2, revokeAt: day)], highest: nil,
            restored: 2),
    ]

    @Test(arguments: rows) func `the generations that a backup lacks are read from the audit log`(row: Row) async throws
    {
        let place = try TemporaryDirectory()
        let directory = LogDirectory(path: place.path + "/audit")
        let key = SecretBytes(copying: "key")
        var limits = AuditLog.Limits()
        limits.segmentBytes = 1
        // Each line has a file of its own.
        let log = try AuditLog.open(
            in: directory, key: key, anchor: .start, limits: limits, time: ManualTime(), note: { _ in })
        for line in row.lines { try log.append([line.event], at: Self.start + line.at) }
        await log.close()

        var known = KnownGenerations()
        known.read(directory, key: key)
        let floor = known.floor(of: Self.app, above: try #require(Generation(row.restored)))
        #expect(floor?.generation.number == row.highest)
        #expect(floor?.madeAt == row.madeAt.map { Self.start + $0 })
        #expect(floor?.restoredUntil == row.until.map { Self.start + $0 })

        var stranger = KnownGenerations()
        stranger.read(directory, key: SecretBytes(copying: "another key"))
        #expect(stranger.highest(of: Self.app) == nil, "lines that the key is not behind tell nothing")
    }
}
