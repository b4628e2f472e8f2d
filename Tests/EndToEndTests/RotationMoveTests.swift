import Foundation
import Testing

/// Each state of a rotation has one line in the daemon's log, and counts once.
@Suite(.realProcesses) struct RotationMoveTests {
    /// The states whose words in the log are not their codes.
    private static let codes = [
        "asking Zoom": "intended", "new secret received": "received", "live": "current", "pushed": "published",
        "grace period": "draining", "done": "retired", "cancelled": "aborted",
    ]

    /// The states that the daemon's log tells of, in order.
    private static func logged(_ world: World) throws -> [String] {
        let log = try String(contentsOfFile: try world.daemon.errors, encoding: .utf8)
        return log.matches(of: /\b(notice|error) rotation is now '([^']+)'.* rotation=/)
            .map { codes[String($0.2)] ?? String($0.2) }
    }

    /// How often a rotation came into each state, as the metrics say.
    private static func counted(_ world: World) throws -> [String: Int] {
        let text = try world.ask("GET", "/v1/metrics").text
        let lines = text.matches(of: /keyturn_rotation_moves_total\{state="([a-z_]+)"\} (\d+)/)
        return Dictionary(uniqueKeysWithValues: lines.map { (String($0.1), Int($0.2) ?? 0) }).filter { $1 > 0 }
    }

    @Test func `each state of a finished, a refused and a cancelled rotation is logged and counted once`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            var expected = [
                "planned", "intended", "received", "verified", "current", "published", "draining", "retired",
            ]
            try world.must("rotate", "zoom-prod", "--overlap", "0s", "--wait")
            #expect(try Self.logged(world) == expected)

            try world.sandbox.control(
                "POST", "/faults",
                #"{"fault":"status","status":429,"retry_after":"900","path":"/oauth/token","count":1}"#)
            #expect(try world.keyturn("rotate", "zoom-prod").exit == 75)
            let id = try #require(try world.openRotations().first?["id"].string)
            try world.must("rotation", "abort", id)
            expected += ["planned", "aborted"]
            #expect(try Self.logged(world) == expected)

            _ = try world.sandbox.regenerate(app)
            try world.sandbox.advance(seconds: 31 * 86_400)
            #expect(try world.keyturn("rotate", "zoom-prod").exit == 79)
            expected += ["planned", "refused"]
            #expect(try Self.logged(world) == expected)
            #expect(
                try Self.counted(world) == Dictionary(grouping: expected, by: \.self).mapValues(\.count))
        }
    }
}
