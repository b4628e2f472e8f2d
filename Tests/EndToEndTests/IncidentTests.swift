import Foundation
import TestSupport
import Testing

/// Whatever state a rotation is in, there is a command that gets the operator out: as they type it.
@Suite(.realProcesses) struct IncidentTests {
    /// A rotation that drains for a week, with a client that has fetched the old secret alone.
    private static func withDrain(_ body: (World, ZoomApp, String) throws -> Void) throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try world.awaitReceipt()
            let id = try #require(try world.must("rotate", "zoom-prod", "--json").json["id"].string)
            try eventually("the drain") { try world.openRotations().first?["state"].string == "draining" }
            try body(world, app, id)
        }
    }

    @Test func `a drain can be finished once the operator confirms what that breaks`() throws {
        try Self.withDrain { world, app, id in
            let busy = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s")
            #expect(busy.exit == 75 && busy.errors.contains("the overlap ends at"), "\(busy)")
            #expect(
                busy.errors.contains(
                    "try: keyturn rotation finish \(id); for a leaked secret: keyturn rotate zoom-prod --now"))
            let attached = try world.keyturn("rotate", "zoom-prod", "--wait", "--timeout", "1s")
            #expect(attached.exit == 75 && attached.errors.contains("is followed: \(id)"), "\(attached)")
            #expect(attached.output.contains(id))

            let asked = try world.keyturn("rotation", "finish", "zoom-prod")
            #expect(asked.exit == 64 && asked.errors.contains("--yes"), "\(asked)")
            #expect(asked.output.contains("Zoom is asked to revoke generation 1 in 2 minutes"))
            #expect(asked.output.contains("client tests, which has generation 1"))
            #expect(try world.sandbox.accepts(app.secret, of: app), "nothing was done without a yes")

            let done = try world.keyturn("rotation", "finish", String(id.prefix(6)), "--yes", "--wait", "--json")
            #expect(try done.exit == 0 && done.json["state"].string == "retired", "\(done)")
            #expect(done.errors.contains("Zoom revokes the old secret at 20"), "\(done)")
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
            let over = try world.keyturn("rotation", "finish", id, "--yes")
            #expect(over.exit == 65 && over.complains(), "\(over)")
            #expect(try world.keyturn("rotation", "show", "zoom-prod").exit == 66)
            #expect(try world.keyturn("rotation", "show", "abcd").exit == 66)
        }
    }

    @Test func `in an incident the command says when the leaked secret ends, and then it does`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try world.awaitReceipt()
            let plan = try world.must("rotate", "zoom-prod", "--now", "--dry-run")
            #expect(plan.output.contains("client tests, which has generation 1"), "\(plan)")
            let asked = try world.keyturn("rotate", "zoom-prod", "--now")
            let said = plan.output.replacing(
                "would rotate zoom-prod in an emergency; nothing was done", with: "rotate zoom-prod now")
            #expect(asked.exit == 64 && asked.output == said, "\(asked)")
            let done = try world.keyturn("rotate", "zoom-prod", "--now", "--yes")
            #expect(done.exit == 0 && done.output.contains("Zoom is asked to revoke generation 1"), "\(done)")
            #expect(done.output.contains("old secret ends     20"), "\(done)")
            try eventually("the leaked secret to be revoked") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
            #expect(try world.history().map(\.["state"].string) == ["retired"])
        }
    }

    /// Zoom takes three changes in 15 minutes: the new secret of the first, the end of its old one, and one more.
    @Test func `an incident during a drain goes as far as Zoom allows and says until when it waits`() throws {
        try Self.withDrain { world, app, id in
            let leaked = try world.fetchedSecret()
            let now = try world.keyturn("rotate", "zoom-prod", "--now", "--yes")
            #expect(now.exit == 75 && now.output.contains("rotation \(id) is finished"), "\(now)")
            #expect(now.output.contains("not all of it before"), "\(now)")
            #expect(now.errors.contains("Zoom allows three changes in 15 minutes"))
            let states = try world.history().map(\.["state"].string)
            #expect(states == ["retired", "draining"], "\(states)")
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            let newest = try world.fetchedSecret()
            #expect(try newest != leaked && world.sandbox.accepts(newest, of: app))
            // Said again while it waits, it is the same incident.
            let again = try world.keyturn("rotate", "zoom-prod", "--now", "--yes")
            #expect(try again.exit == 75 && world.history().count == 2, "\(again)")
        }
    }

    @Test func `a secret that was changed by hand during a drain can be entered`() throws {
        try Self.withDrain { world, app, id in
            let before = try #require(try world.openRotations().first)
            let typo = try world.keyturn("rotate", "zoom-prod", "--manual", "--secret-stdin", input: "mistyped")
            #expect(typo.exit == 79 && typo.complains() && typo.errors.contains("nothing was changed"), "\(typo)")
            #expect(typo.errors.contains("try: keyturn rotate zoom-prod --manual, to enter it again"))
            let after = try #require(try world.openRotations().first)
            for member in ["id", "state", "reason", "due_at"] {
                #expect(after[member].string == before[member].string, "\(member)")
            }

            let new = try world.sandbox.regenerate(app)
            let entered = try world.keyturn("rotate", "zoom-prod", "--manual", "--secret-stdin", "--json", input: new)
            #expect(try entered.exit == 0 && entered.json["trigger"].string == "manual", "\(entered)")
            #expect(try world.fetchedSecret() == new)
            let superseded = try world.keyturn("rotation", "show", id)
            #expect(superseded.output.contains("superseded by a secret entered by hand"), "\(superseded)")
            #expect(superseded.output.contains("old secret expires "), "its end is known still: \(superseded)")
            let finished = try world.keyturn("rotation", "finish", "zoom-prod", "--yes")
            #expect(finished.exit == 0, "\(finished)")
            #expect(finished.output.contains("expires as chosen in the Marketplace"))
            #expect(try world.openRotations().isEmpty)
        }
    }

    @Test func `a changed overlap applies to the rotation under way`() throws {
        try Self.withDrain { world, app, id in
            let set = try world.must("app", "set", "zoom-prod", "--overlap", "0s")
            #expect(set.output.contains("it also applies to the running rotation, \(id)"), "\(set)")
            #expect(try world.fetchedSecret() != app.secret)
            try eventually("the old secret to be ended") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a target that was skipped gets the new secret automatically`() throws {
        try TargetTests.withConsole(settle: "0s") { world, console, app, clock in
            try world.must("target", "push", "console")
            try console.switches(#"{"status":503}"#)
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "1d").exit == 75)
            let finished = try world.keyturn("rotation", "finish", "zoom-prod", "--yes")
            #expect(finished.exit == 0, "\(finished)")
            #expect(finished.output.contains("target console: it has generation 1"), "\(finished)")
            try eventually("the old secret to be revoked") { try !world.sandbox.accepts(app.secret, of: app) }
            #expect(try console.secret() == app.secret)
            try console.switches(#"{"status":null}"#)
            let new = try world.fetchedSecret()
            try eventually("the console to have it") {
                try world.pass(60, on: clock)
                return try console.secret() == new
            }
        }
    }

    @Test func `a target that refused is left to the operator`() throws {
        try TargetTests.withConsole(settle: "0s") { world, console, _, clock in
            try world.must("target", "push", "console")
            try console.switches(#"{"reject":"no"}"#)
            #expect(try world.keyturn("rotate", "zoom-prod", "--overlap", "1d").exit == 79)
            #expect(try world.keyturn("rotation", "finish", "zoom-prod", "--yes").exit == 0)
            let pushes = try console.calls("PUT")
            for _ in 0..<40 { try world.pass(60, on: clock) }
            #expect(try console.calls("PUT") == pushes)
            #expect(try world.must("status").output.contains("target_failed (zoom-prod, target console): "))
        }
    }
}
