import Domain
import SocketAPI
import Testing

@testable import Daemon

/// What a client is told that listens, from what it saw to what is.
@Suite struct AppSnapshotTests {
    private static let app = Name("zoom-prod")

    private static func sight(_ generation: Int, rotating: Bool = false, id: String = "a") -> AppSnapshot {
        AppSnapshot(id: id, generation: generation, isRotating: rotating)
    }

    private static let rows: [(AppSnapshot?, AppSnapshot?, first: Bool, told: [String])] = [
        (nil, nil, false, []), (nil, nil, true, []),
        (nil, sight(3), true, ["3 state"]),
        (nil, sight(3, rotating: true), true, ["3 state", "3 rotating"]),
        (nil, sight(1), false, ["1 added"]),
        (sight(2), nil, false, ["2 removed"]),
        (sight(2), sight(2), false, []),
        (sight(2), sight(2, rotating: true), false, ["2 rotating"]),
        (sight(2, rotating: true), sight(3, rotating: true), false, ["3 rotated"]),
        (sight(3, rotating: true), sight(3), false, ["3 settled"]),
        // What came together is told together.
        (sight(2), sight(3, rotating: true), false, ["3 rotating", "3 rotated"]),
        (sight(2, rotating: true), sight(3), false, ["3 rotated", "3 settled"]),
        (sight(2), sight(4), false, ["4 rotated"]),
        (sight(5), sight(1, id: "b"), false, ["5 removed", "1 added"]),
    ]

    @Test(arguments: rows.indices) func `each change has its audit words`(row: Int) throws {
        let (before, now, isFirst, told) = Self.rows[row]
        let app = try #require(Self.app)
        let events = AppSnapshot.events(of: app, from: before, to: now, isFirst: isFirst)
        #expect(events.map { "\($0.generation) \($0.event.rawValue)" } == told)
        #expect(events.allSatisfy { $0.app == app })
    }
}
