import Foundation
import TestSupport
import Testing

/// The daemon is killed at each step of a rotation, and started again. Only debug builds of it can be told where.
@Suite(.realProcesses) struct RotationCrashTests {
    /// What the caller gets to see of Zoom's answer.
    enum Delivery: String, CaseIterable, Sendable { case delivered, lost = "drop_after", truncated = "truncate" }

    struct Case: Sendable, CustomTestStringConvertible {
        let point: String
        let delivery: Delivery
        /// Long overlap: the rotation rests in draining. None: it goes on to its end.
        var overlap = "1h"

        var testDescription: String { "killed at \(point), answer \(delivery)" }
    }

    private static let begin = ["beforeIntend", "afterIntend", "beforeCall", "afterCall"]
    private static let answer = ["beforeSpool", "afterSpool", "beforeRead", "afterRead"]
    private static let middle = [
        "beforeVerify", "afterVerify", "beforePromote", "afterPromote", "beforePublish", "afterPublish", "beforeDrain",
        "afterDrain",
    ]
    private static let end = ["beforeEnd", "afterEnd", "afterEndSaved", "beforeRetire", "afterRetire"]

    private static let matrix: [Case] =
        Delivery.allCases.flatMap { delivery in (begin + answer).map { Case(point: $0, delivery: delivery) } }
        // Later, an answer that was cut is only one that was lost.
        + [Delivery.delivered, .lost].flatMap { delivery in
            middle.map { Case(point: $0, delivery: delivery) }
                + end.map { Case(point: $0, delivery: delivery, overlap: "0s") }
        } + ["beforeLose", "afterLose"].map { Case(point: $0, delivery: .lost) }

    private static let states: Set = [
        "planned", "intended", "lost_response", "received", "verified", "current", "published", "draining", "blocked",
        "retired", "refused", "aborted",
    ]

    /// With no overlap it goes on to the end, unless that would be a fourth change in 15 minutes: a call to end the old
    /// secret of which nobody knows whether it was made counts as made.
    private static func rests(_ rotation: JSON, _ row: Case) -> Bool {
        switch rotation["state"].string {
        case "blocked", "retired": true
        case "draining": row.overlap != "0s" || isThrottled(rotation)
        default: false
        }
    }

    private static func isThrottled(_ rotation: JSON) -> Bool {
        rotation["reason"].string?.contains("three changes") == true && rotation["due_at"].kind == .time
    }

    @Test(arguments: matrix) func `a kill at any step leaves a good secret`(_ row: Case) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_FAULT": "\(row.point):1"])
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            if row.delivery != .delivered { try world.sandbox.faultRotation(row.delivery.rawValue) }
            let command = try world.keyturn("rotate", "zoom-prod", "--overlap", row.overlap)
            let ending = try? world.daemon.child.wait()
            #expect(ending == .signal(SIGKILL), "the point was not reached")
            #expect(command.exit == 0 || command.complains(), "\(command)")

            try world.start()
            let last = try eventually("the rotation to come to rest") {
                try world.history().last.flatMap { Self.rests($0, row) ? $0 : nil }
            }
            let isThrottled = Self.isThrottled(last)
            #expect(!isThrottled || (row.delivery != .delivered && Self.end.contains(row.point)), "\(last)")
            let history = try world.history()
            #expect(history.count == 1 && history.allSatisfy { Self.states.contains($0["state"].string ?? "") })
            #expect(last["state"].string == (row.overlap == "0s" && !isThrottled ? "retired" : "draining"))
            let secret = try world.fetchedSecret()
            #expect(secret != app.secret)
            #expect(try world.sandbox.accepts(secret, of: app), "what is handed out is dead")
            if !isThrottled { #expect(try world.sandbox.accepts(app.secret, of: app) == (row.overlap != "0s")) }
            let calls = try world.sandbox.rotationCalls()
            #expect(calls <= 3, "\(calls) calls")
            #expect(history.last?["calls"].int ?? 9 <= 3)
            #expect(try world.daemon.child.isRunning)
        }
    }
}
