import Foundation
import TestSupport
import Testing

/// To forget a target is not to forget who has the old secret.
@Suite(.realProcesses) struct TargetRemovalTests {
    @Test func `a target that a rotation still has to reach is not removed in passing`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try world.must("target", "push", "console")
            try console.switches(#"{"reject":"not today"}"#)
            #expect(
                try world.keyturn("rotate", "zoom-prod", "--overlap", "0s", "--wait", "--timeout", "20s").exit == 79)
            let id = try #require(try world.openRotations().first?["id"].string)
            let refused = try world.keyturn("target", "remove", "console", "--yes")
            #expect(refused.exit == 75 && refused.complains() && refused.errors.contains("target add"), "\(refused)")
            let again = try world.keyturn("rotation", "resume", id)
            #expect(again.exit == 79 && again.complains() && again.errors.contains("not today"), "held again: \(again)")
            #expect(again.output.contains("blocked"))
            #expect(try world.sandbox.accepts(app.secret, of: app), "the console has it still")

            // Another target of the same connection takes its place: the rotation waits for that one.
            try world.addTarget(console, name: "again")
            try world.must("target", "remove", "console", "--yes")
            #expect(try world.keyturn("target", "remove", "again", "--yes").exit == 75)
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try console.switches(#"{"reject":null}"#)
            try world.must("rotation", "resume", id)
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == world.fetchedSecret())
            try world.must("target", "remove", "again", "--yes")
        }
    }

    @Test func `a console that is gone for good is given up by force`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            console.end()
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit == 75)
            #expect(try world.keyturn("target", "remove", "console", "--yes").exit == 75)
            try world.must("target", "remove", "console", "--yes", "--force")
            // The clock stands still: it does not wait for the next try.
            try eventually("it to go on") { try world.openRotations().first?["state"].string != "current" }
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }
}
