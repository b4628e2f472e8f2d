import Foundation
import TestSupport
import Testing

/// Where the operator wants it, what somebody else saved over the current secret is put right.
@Suite(.realProcesses) struct RestoredDriftTests {
    /// A console that has the current secret, while an older one works for days.
    private static func pushed(
        manner: String = "{}", settle: String = "0s",
        _ body: (World, Console, ZoomApp, TestClock, String) throws -> Void
    ) throws {
        try TargetTests.withConsole(settle: settle, ["--restore-drift"]) { world, console, app, clock in
            try console.switches(manner)
            _ = try world.keyturn("rotate", "zoom-prod", "--overlap", "7d")
            let new = try eventually("the new secret") { try console.secret().flatMap { $0 == app.secret ? nil : $0 } }
            #expect(try new == world.fetchedSecret())
            try TargetTests.pass("the grace period", world, clock) { $0?["state"].string == "draining" }
            try body(world, console, app, clock, new)
        }
    }

    private static func apply(_ console: Console, _ app: ZoomApp) throws {
        try console.control(
            "POST", "/connections/\(console.connection)/terraform", ConsoleMannerTests.state(app))
        #expect(try console.secret() == app.secret)
    }

    @Test(arguments: ["{}", ConsoleMannerTests.onLook, ConsoleMannerTests.dateless])
    func `a value that Terraform puts back is replaced within the hour, and no more often than that`(manner: String)
        throws
    {
        try Self.pushed(manner: manner) { world, console, app, clock, new in
            try Self.apply(console, app)
            try world.pass(1000, on: clock)
            try eventually("the current secret to be put back") { try console.secret() == new }
            try eventually("what is told of it") { try world.problems() == ["target_restored"] }
            #expect(try world.audit.of("target.changed_outside").count == 1)
            #expect(try world.audit.of("target.restored").first?["generation"].int == 2)
            let shown = try world.keyturn("target", "show", "console").output
            #expect(shown.contains("pushed again") && shown.contains("1 time since"), "\(shown)")

            // At once again, and over a restart: it waits for its hour.
            try Self.apply(console, app)
            try world.stop()
            try world.start(environment: clock.environment)
            try world.pass(1000, on: clock)
            try eventually("the change to be seen") { try world.problems().contains("target_changed") }
            try clock.awaitLooks(3)
            #expect(try console.secret() == app.secret && world.audit.of("target.restored").count == 1)
            try world.pass(2700, on: clock)
            try eventually("the current secret to be put back again") { try console.secret() == new }
            try eventually("what is told of it") { try world.keyturn("status").output.contains("2 times since") }
            #expect(try world.audit.of("target.restored").count == 2)

            // The operator knows of it by now.
            try world.must("target", "push", "console")
            #expect(try world.problems().isEmpty)
        }
    }

    @Test func `the engines settle as after each push`() throws {
        try Self.pushed(settle: "10m") { world, console, app, clock, new in
            try world.pass(700, on: clock)
            #expect(try world.keyturn("target", "show", "console", "--json").json["state"].string == "current")
            try Self.apply(console, app)
            // A dry run is a look too.
            #expect(try world.keyturn("target", "test", "console").exit == 79)
            try world.pass(5, on: clock)
            try eventually("the current secret to be put back") { try console.secret() == new }
            try eventually("its engines to have it, and not to use it yet") {
                try world.keyturn("target", "show", "console", "--json").json["state"].string == "settling"
            }
        }
    }

    @Test func `a connection that was pointed at another app is left alone`() throws {
        try Self.pushed { world, console, _, clock, _ in
            try console.edit(#"{"OAuth client":"another app's","OAuth secret":"another's"}"#)
            try world.pass(1000, on: clock)
            try eventually("the change to be seen") { try world.problems() == ["target_changed"] }
            for _ in 0..<2 {
                try world.pass(4000, on: clock)
                try clock.awaitLooks(3)
            }
            #expect(try console.secret() == "another's" && world.audit.of("target.restored").isEmpty)
            #expect(try world.keyturn("status").output.contains("has another client ID or account ID"))
        }
    }
}
