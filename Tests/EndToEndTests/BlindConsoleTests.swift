import Foundation
import TestSupport
import Testing

/// A console on which nobody sees that an old secret was put back: it shows another encrypted text at each look, and no date.
/// What ends that secret must not trust a look.
@Suite(.realProcesses) struct BlindConsoleTests {
    private static func draining(
        settle: String = "2m", _ body: (World, Console, ZoomApp, TestClock, String) throws -> Void
    ) throws {
        try TargetTests.withConsole(settle: settle) { world, console, app, clock in
            try console.switches(ConsoleMannerTests.neither)
            #expect(try [0, 75].contains(world.keyturn("rotate", "zoom-prod", "--overlap", "7d").exit))
            try TargetTests.pass("the grace period", world, clock) { $0?["state"].string == "draining" }
            let new = try #require(try world.fetchedSecret())
            #expect(try console.secret() == new && console.calls("PUT") == 1)
            try body(world, console, app, clock, new)
        }
    }

    private static func reason(_ words: String, _ world: World, _ clock: TestClock) throws {
        try eventually("the rotation to wait, since '\(words)'") {
            guard let open = try world.openRotations().first else { throw HarnessError("the rotation is over") }
            if open["reason"].string?.contains(words) == true { return true }
            if let due = open["due_at"].unixSeconds, due > clock.now { try world.pass(due - clock.now, on: clock) }
            return false
        }
    }

    @Test func `the current secret is pushed once more and settles before the old one is revoked`() throws {
        try Self.draining { world, console, app, clock, new in
            try console.edit(#"{"OAuth secret":"\#(app.secret)"}"#)
            try world.must("target", "test", "console")
            try Self.reason("for the engines to pick it up", world, clock)
            #expect(try console.secret() == new && world.sandbox.accepts(app.secret, of: app))
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.engineSecret() == new && !world.sandbox.accepts(app.secret, of: app))
            #expect(try console.calls("PUT") == 2, "once more, and not again and again")
            let pushes = try world.audit.of("target.pushed")
            #expect(pushes.count == 2 && pushes.last?["reason"].string?.contains("cannot show") == true)
        }
    }

    @Test func `another target that cannot be reached gets no second push meanwhile`() throws {
        try Self.draining(settle: "0s") { world, console, app, clock, new in
            let other = try world.console()
            defer { other.end() }
            try world.addTarget(other, "--settle", "0s", name: "other")
            try world.must("target", "push", "other")
            try console.edit(#"{"OAuth secret":"\#(app.secret)"}"#)
            try other.switches(#"{"status":503}"#)
            try Self.reason("target 'other' cannot be checked", world, clock)
            for _ in 0..<2 {
                try world.pass(1000, on: clock)
                try clock.awaitLooks(3)
            }
            #expect(try console.calls("PUT") == 1 && world.sandbox.accepts(app.secret, of: app))
            try other.switches(#"{"status":null}"#)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == new && console.calls("PUT") == 2)
        }
    }

    @Test func `a refused second push waits for the operator with both secrets alive`() throws {
        try Self.draining(settle: "0s") { world, console, app, clock, new in
            try console.edit(#"{"OAuth secret":"\#(app.secret)"}"#)
            try console.switches(#"{"reject":"not today"}"#)
            try Self.reason("not today", world, clock)
            let puts = try console.calls("PUT")
            for _ in 0..<3 {
                try world.pass(1000, on: clock)
                try clock.awaitLooks(3)
            }
            #expect(try console.calls("PUT") == puts && world.sandbox.accepts(app.secret, of: app))
            let problems = try world.keyturn("status", "--json").json["problems"].elements
            #expect(problems.contains { $0["code"].string == "target_failed" }, "no look takes that back: \(problems)")
            try console.switches(#"{"reject":null}"#)
            try world.must("target", "push", "console")
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == new && !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a connection that holds another app's IDs is not pushed over`() throws {
        try Self.draining(settle: "0s") { world, console, app, clock, _ in
            try console.edit(#"{"OAuth client":"another app's","OAuth secret":"another's"}"#)
            try Self.reason("has another client ID or account ID", world, clock)
            #expect(try console.secret() == "another's" && world.sandbox.accepts(app.secret, of: app))
        }
    }
}
