import Foundation
import TestSupport
import Testing

/// A console that got its old secret back while a rotation drained: that secret is not ended under it.
@Suite(.realProcesses) struct TargetDriftTests {
    /// A rotation whose new secret is at the console, and whose overlap has not ended.
    private static func draining(
        _ body: (World, Console, ZoomApp, TestClock, JSON) throws -> Void
    ) throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.must("rotate", "zoom-prod", "--overlap", "1h")
            let new = try world.fetchedSecret()
            let open = try eventually("the overlap") {
                try world.openRotations().first.flatMap { $0["state"].string == "draining" ? $0 : nil }
            }
            #expect(try console.secret() == new)
            try body(world, console, app, clock, open)
        }
    }

    private static func waiting(_ words: String, _ world: World, _ clock: TestClock) throws -> JSON {
        try eventually("the rotation to say what it waits for") {
            guard let open = try world.openRotations().first else { throw HarnessError("the rotation is over") }
            if open["reason"].string?.contains(words) == true { return open }
            if let due = open["due_at"].unixSeconds, due > clock.now { try world.pass(due - clock.now, on: clock) }
            return nil
        }
    }

    @Test func `the old secret lives until the operator pushes again, and is then revoked at once`() throws {
        try Self.draining { world, console, app, clock, _ in
            try console.edit(#"{"OAuth secret":"\#(app.secret)"}"#)
            let open = try Self.waiting("changed by somebody else", world, clock)
            #expect(
                open["reason"].string?.contains(
                    "'console' was changed by somebody else since the last push: the secret") == true
            )
            #expect(try world.sandbox.accepts(console.engineSecret(), of: app))
            #expect(try world.problems().contains("target_changed"))
            #expect(try world.audit.of("target.changed_outside").count == 1)

            try world.must("target", "push", "console")
            try eventually("the end, without waiting for the next look") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.accepts(console.engineSecret(), of: app))
            #expect(try world.problems().isEmpty)
        }
    }

    @Test func `a console that cannot be checked is waited for until it can`() throws {
        try Self.draining { world, console, app, clock, _ in
            try console.switches(#"{"status":503}"#)
            let open = try Self.waiting("target 'console' cannot be checked", world, clock)
            #expect(open["state"].string == "draining")
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try console.switches(#"{"status":null}"#)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `at the deadline the old secret is revoked anyway`() throws {
        try Self.draining { world, console, app, clock, open in
            try console.edit(#"{"OAuth secret":"\#(app.secret)"}"#)
            _ = try Self.waiting("changed by somebody else", world, clock)
            let dies = try #require(open["old_secret_expires_at"].unixSeconds)
            try world.pass(dies - 86_400 - 600 - clock.now, on: clock)
            _ = try Self.waiting("changed by somebody else", world, clock)
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try !world.sandbox.accepts(app.secret, of: app) && clock.now < dies)
        }
    }

    @Test func `the findings of a test are saved and shown, and cleared by the next one`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.must("target", "push", "console")
            #expect(try world.problems().isEmpty)
            try console.edit(#"{"OAuth client":"another app's"}"#)
            for _ in 0..<2 { #expect(try world.keyturn("target", "test", "console").exit == 79) }
            #expect(try world.problems() == ["target_changed"])
            #expect(try world.audit.of("target.changed_outside").count == 1, "told once")

            try console.control("POST", "/connections/\(console.connection)/undo")
            try world.must("target", "test", "console")
            #expect(try world.problems().isEmpty)
        }
    }
}
