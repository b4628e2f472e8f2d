import Foundation
import TestSupport
import Testing

/// What `keyturn rotate` waits for, what it says meanwhile, and how it ends.
@Suite(.realProcesses) struct RotateCommandTests {
    @Test func `rotate waits until the end and says what it waits for`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() != nil)
            let impatient = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s", "--wait", "--timeout", "2s")
            #expect(impatient.exit == 75 && impatient.errors.contains("is not done yet"), "\(impatient)")
            #expect(
                impatient.errors.contains("still held by tests")
                    && impatient.errors.contains("try: keyturn rotation show"))
            #expect(impatient.output.contains("grace period"))
            let lines = impatient.errors.split(separator: "\n")
            #expect(Set(lines).count == lines.count, "each news is said once")

            try world.must("client", "remove", "tests", "--yes")
            let id = try #require(try world.openRotations().first?["id"].string)
            try world.must("rotation", "resume", id)
            try eventually("the old secret to be revoked") {
                try world.keyturn("rotation", "show", id, "--json").json["state"].string == "retired"
            }
            #expect(try world.keyturn("rotate", "zoom-prod", "--timeout", "1h").exit == 64)
        }
    }

    @Test func `a Zoom that asks to retry later ends the command with a temporary failure`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.sandbox.control(
                "POST", "/faults",
                #"{"fault":"status","status":429,"retry_after":"900","path":"/v2/marketplace","method":"POST","count":1}"#
            )
            let outcome = try world.keyturn("rotate", "zoom-prod")
            #expect(outcome.exit == 75 && outcome.complains(), "\(outcome)")
            #expect(outcome.errors.contains("planned") && outcome.errors.contains("try: keyturn rotation resume"))
            #expect(try world.openRotations().first?["state"].string == "planned")
            // What is proposed for what is under way is something that it takes.
            let set = try world.must("app", "set", "zoom-prod", "--overlap", "1d")
            #expect(set.output.contains("keyturn rotate zoom-prod --now"), "\(set)")
            let id = try #require(try world.openRotations().first?["id"].string)
            #expect(try world.keyturn("rotation", "finish", id, "--yes").exit == 75)
            // Nothing was asked in vain yet: the app can go.
            try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(try world.sandbox.accepts(app.secret, of: app))
        }
    }

    @Test func `a mistyped secret ends its rotation at once, and the right one is accepted`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let refused = try world.keyturn(
                "rotate", "zoom-prod", "--manual", "--secret-stdin", input: "not-the-one-that-was-made")
            #expect(refused.exit == 79 && refused.complains(), "\(refused)")
            #expect(refused.errors.contains("Zoom refuses the secret that was entered"), "\(refused)")
            #expect(refused.errors.contains("try: keyturn rotate zoom-prod --manual"))
            #expect(!refused.output.contains("not-the-one") && !refused.errors.contains("not-the-one"))
            #expect(try world.openRotations().isEmpty && world.history().last?["state"].string == "refused")
            #expect(try world.fetchedSecret() == app.secret && world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.rotationCalls() == 0)

            let new = try world.sandbox.regenerate(app)
            try world.must("rotate", "zoom-prod", "--manual", "--secret-stdin", input: new)
            #expect(try world.fetchedSecret() == new)
        }
    }

    @Test func `the end of a secret made by hand is not claimed to be known`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let new = try world.sandbox.regenerate(app)
            let outcome = try world.keyturn("rotate", "zoom-prod", "--manual", "--secret-stdin", input: new)
            #expect(outcome.exit == 0 && outcome.output.contains("; it may be revoked before"), "\(outcome)")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["previous_valid_until"].isNull)
            #expect(try world.openRotations().first?["old_secret_expires_at"].kind == .time)
        }
    }

    @Test func `a plan honours the overlap`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let plan = try world.must("rotate", "zoom-prod", "--dry-run", "--overlap", "3d", "--json").json
            #expect(plan["overlap"].int == 3 * 86_400)
            #expect(try world.must("rotate", "zoom-prod", "--dry-run", "--json").json["overlap"].int == 7 * 86_400)
            #expect(try world.keyturn("rotate", "zoom-prod", "--dry-run", "--overlap", "30d").exit == 65)
        }
    }
}
