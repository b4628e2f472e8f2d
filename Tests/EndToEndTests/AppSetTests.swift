import Foundation
import Testing

/// What an operator changes of an app that is stored.
@Suite(.realProcesses) struct AppSetTests {
    @Test func `an app's profile is saved and can be removed`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let added = try world.runner.run(
                Programs.keyturn,
                try world.adding("zoom-prod", app, "--company", "Émile & Søn", "--contact-email", "a@example.org"),
                input: app.secret)
            #expect(added.exit == 0)
            try world.must(
                "app", "set", "zoom-prod", "--description", "provisions users", "--contact-name", "A. Person")
            try world.stop()
            try world.start()
            let shown = try world.must("app", "show", "zoom-prod", "--json").json
            #expect(shown["company"].string == "Émile & Søn" && shown["contact_email"].string == "a@example.org")
            #expect(shown["description"].string == "provisions users" && shown["contact_name"].string == "A. Person")
            let text = try world.must("app", "show", "zoom-prod").output
            for words in ["contact's e-mail address", "a@example.org", "provisions users"] {
                #expect(text.contains(words))
            }

            try world.must("app", "set", "zoom-prod", "--company", "")
            #expect(try world.must("app", "show", "zoom-prod", "--json").json["company"].isNull)
            for arguments in [
                ["--contact-email", "nobody"], ["--description", "two\nlines"],
                ["--company", String(repeating: "x", count: 257)],
            ] {
                let outcome = try world.runner.run(Programs.keyturn, ["app", "set", "zoom-prod"] + arguments)
                #expect(outcome.exit == 65 && outcome.complains(), "\(arguments): \(outcome)")
            }
        }
    }

    @Test func `labels and the owner are saved encrypted, found by and removed`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let added = try world.runner.run(
                Programs.keyturn,
                try world.adding(
                    "zoom-prod", app, "--label", "team=labelled-team", "--label", "env=prod", "--owner", "owning-team"),
                input: app.secret)
            #expect(added.exit == 0, "\(added)")
            try world.addApp("zoom-test")
            try world.must("app", "set", "zoom-test", "--label", "env=test", "--label", "team=labelled-team")
            try world.stop()
            let files = try Files.picture(world.state).values
            for word in ["labelled-team", "owning-team"] {
                #expect(!files.contains { $0.firstRange(of: Data(word.utf8)) != nil }, "\(word) is in a file as it is")
            }
            try world.start()
            let shown = try world.must("app", "show", "zoom-prod", "--json").json
            #expect(shown["owner"].string == "owning-team" && shown["labels"]["env"].string == "prod")
            #expect(shown["labels"]["team"].string == "labelled-team")
            let text = try world.must("app", "show", "zoom-prod").output
            #expect(text.contains("env=prod,team=labelled-team") && text.contains("owning-team"))

            func listed(_ conditions: String...) throws -> [String?] {
                let chosen = conditions.flatMap { ["--label", $0] }
                let list = try world.runner.run(Programs.keyturn, ["app", "list", "--json"] + chosen).json
                return list["apps"].elements.map { $0["name"].string }
            }
            #expect(try listed("team") == ["zoom-prod", "zoom-test"])
            #expect(try listed("team=labelled-team", "env=test") == ["zoom-test"])
            #expect(try listed("env=none") == [])
            #expect(try world.must("app", "list", "--label", "env=none").output == "no app has env=none\n")
            #expect(try world.must("app", "list", "--label", "env=prod").output.contains("env=prod,team="))

            try world.must("app", "set", "zoom-prod", "--label", "env=", "--remove-label", "team", "--owner", "")
            let changed = try world.must("app", "show", "zoom-prod", "--json").json
            #expect(changed["owner"].isNull && changed["labels"]["env"].string == "")
            #expect(changed["labels"].members == ["env"])
            for arguments in [
                ["--label", "Env=prod"], ["--label", "env"], ["--label", "env=a b"], ["--remove-label", "a=b"],
                ["--label", "a=b", "--label", "a=c"], ["--label", "a=b", "--remove-label", "a"],
            ] {
                let outcome = try world.runner.run(Programs.keyturn, ["app", "set", "zoom-prod"] + arguments)
                #expect(outcome.exit == 64 && outcome.complains(), "\(arguments): \(outcome)")
            }
            #expect(try world.must("app", "show", "zoom-prod", "--json").json["labels"]["env"].string == "")
        }
    }

    @Test func `an app that is stored already is refused before Zoom is asked`() throws {
        try withWorld { world in
            let (app, other) = (try world.addApp("zoom-prod"), try world.addApp("zoom-test"))
            let asked = try world.sandbox.mints()
            for more in [[], ["--no-verify"]] {
                let again = try world.runner.run(
                    Programs.keyturn, world.adding("zoom-again", app) + more, input: app.secret)
                #expect(again.exit == 65 && again.complains(), "\(again)")
                #expect(again.errors.contains("app 'zoom-prod' has this account ID and client ID already"), "\(again)")
                let moved = try world.runner.run(
                    Programs.keyturn,
                    ["app", "set", "zoom-test", "--account-id=\(app.accountID)", "--client-id=\(app.clientID)"] + more)
                #expect(moved.exit == 65 && moved.errors.contains("app 'zoom-prod' has"), "\(moved)")
            }
            #expect(try world.sandbox.mints() == asked)
            #expect(try world.must("app", "show", "zoom-test", "--json").json["client_id"].string == other.clientID)
            try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(
                try world.runner.run(Programs.keyturn, world.adding("zoom-again", app), input: app.secret).exit == 0)
        }
    }

    @Test func `other IDs are accepted once Zoom accepts them, and are a new generation`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            var mistaken = app
            mistaken.clientID = "mistyped"
            let outcome = try world.runner.run(
                Programs.keyturn, try world.adding("zoom-prod", mistaken, "--no-verify"), input: app.secret)
            #expect(outcome.exit == 0)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 502, "a mistyped ID gets no token")
            let waiting = try world.wait(after: 1)

            let refused = try world.keyturn("app", "set", "zoom-prod", "--client-id=also-mistyped")
            #expect(refused.exit == 79 && refused.complains() && refused.errors.contains("nothing was stored"))
            #expect(try world.keyturn("app", "set", "zoom-prod", "--client-id=\(app.accountID)").exit == 65)
            #expect(try world.must("app", "show", "zoom-prod", "--json").json["client_id"].string == "mistyped")

            try world.must("app", "set", "zoom-prod", "--client-id=\(app.clientID)", "--overlap", "1d")
            let answer = try waiting.answer()
            #expect(answer.status == 200 && answer.generationTag == 2, "who waits is told")
            #expect(try answer.json["client_id"].string == app.clientID)
            #expect(try answer.json["client_secret"].string == app.secret)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
            try world.stop()
            try world.start()
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["generation"].int == 2)
            #expect(try world.must("app", "show", "zoom-prod", "--json").json["rotation"]["overlap"].int == 86_400)

            // And it goes on being rotated.
            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            let busy = try world.keyturn("app", "set", "zoom-prod", "--client-id=another", "--no-verify")
            #expect(busy.exit == 75 && busy.complains(), "\(busy)")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["generation"].int == 3)
        }
    }
}
