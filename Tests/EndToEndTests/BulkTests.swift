import Foundation
import Testing

/// One command for several apps: the plan, the question, a few at once, and the worst exit status.
@Suite(.realProcesses) struct BulkTests {
    /// Apps of one account at Zoom, `env=test` for all but the last.
    private static func fill(_ world: World, _ names: String...) throws -> [String: ZoomApp] {
        var apps: [String: ZoomApp] = [:]
        for name in names {
            let made = try world.sandbox.control("POST", "/apps", #"{"account_id":"the-one-account"}"#)
            let app = ZoomApp(
                accountID: "the-one-account", clientID: try #require(made["client_id"].string),
                secret: try #require(made["client_secret"].string),
                appID: try #require(made["marketplace_app_id"].string))
            let env = name == names.last ? "prod" : "test"
            let outcome = try world.runner.run(
                Programs.keyturn, try world.adding(name, app, "--label", "env=\(env)"), input: app.secret)
            #expect(outcome.exit == 0, "\(outcome)")
            apps[name] = app
        }
        return apps
    }

    private static func outcomes(_ json: JSON) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: json["results"].elements.map { ($0["app"].string ?? "", $0["outcome"].string ?? "") })
    }

    @Test func `a plan comes first, and nothing happens without a yes`() throws {
        try withWorld { world in
            _ = try Self.fill(world, "zoom-a", "zoom-b", "hr")
            try world.must("app", "set", "zoom-*", "--rotate-every", "30d", "--yes")
            let dry = try world.must("pause", "--label", "env=test", "--dry-run")
            #expect(dry.output.contains("would pause 2 apps; nothing was done\n"), "\(dry)")
            #expect(dry.output.contains("zoom-b  rotation.paused: false -> true"), "\(dry)")
            let unasked = try world.keyturn("pause", "--label", "env=test")
            #expect(unasked.exit == 64 && unasked.errors.contains("--yes"), "\(unasked)")
            func paused(_ name: String) throws -> Bool? {
                try world.must("app", "show", name, "--json").json["rotation"]["paused"].bool
            }
            #expect(try paused("zoom-a") == false && paused("zoom-b") == false)

            let done = try world.must("pause", "--label", "env=test", "--yes")
            #expect(done.output.contains("done       zoom-a  "), "\(done)")
            #expect(try paused("zoom-a") == true && paused("zoom-b") == true && paused("hr") == false)
            let again = try world.must("pause", "--all", "--yes", "--json").json
            #expect(Self.outcomes(again) == ["zoom-a": "left_out", "zoom-b": "left_out", "hr": "done"], "\(again)")
            #expect(again["command"].string == "pause" && again["dry_run"].bool == false)
            try world.must("resume", "*", "--yes")
            #expect(try paused("hr") == false)

            let nothing = try world.keyturn("resume", "x-*", "--label", "env", "--yes")
            #expect(nothing.exit == 66 && nothing.complains() && nothing.errors.contains("no app's name matches 'x-*'"))
            for arguments in [
                ["pause"], ["pause", "--all", "zoom-a"], ["rotate"], ["rotate", "--all", "--now"],
                ["rotate", "zoom-*", "--manual"], ["app", "set", "zoom-*", "--client-id=x"], ["app", "verify"],
            ] {
                let outcome = try world.runner.run(Programs.keyturn, arguments)
                #expect(outcome.exit == 64 && outcome.complains(), "\(arguments): \(outcome)")
            }
        }
    }

    @Test func `several apps are rotated, and one that is under way is left out`() throws {
        try withWorld { world in
            let apps = try Self.fill(world, "zoom-a", "zoom-b", "zoom-c", "hr")
            try world.must("rotate", "zoom-c", "--overlap", "1d")
            let before = try world.must("rotate", "--label", "env=test", "--dry-run", "--json").json
            #expect(Self.outcomes(before) == ["zoom-a": "planned", "zoom-b": "planned", "zoom-c": "left_out"])
            let done = try world.must("rotate", "--label", "env=test", "--yes", "--json").json
            #expect(Self.outcomes(done) == ["zoom-a": "done", "zoom-b": "done", "zoom-c": "left_out"], "\(done)")
            #expect(done["results"].elements.allSatisfy { $0["rotation"].string != nil })
            for (name, generation) in [("zoom-a", 2), ("zoom-b", 2), ("zoom-c", 2), ("hr", 1)] {
                #expect(try world.get("/v1/apps/\(name)/credentials").json["generation"].int == generation, "\(name)")
            }
            #expect(apps.count == 4)
        }
    }

    @Test func `one refusal is the command's, and the others are done`() throws {
        try withWorld { world in
            var apps = try Self.fill(world, "zoom-a", "zoom-b", "hr")
            try world.must("app", "remove", "zoom-b", "--yes")
            apps["zoom-b"]?.secret = "of-another-app"
            let bad = try #require(apps["zoom-b"])
            let added = try world.runner.run(
                Programs.keyturn, try world.adding("zoom-b", bad, "--no-verify"), input: bad.secret)
            #expect(added.exit == 0)
            let outcome = try world.keyturn("app", "verify", "--all", "--yes")
            #expect(outcome.exit == 79 && outcome.complains(), "\(outcome)")
            #expect(outcome.errors.contains("1 of 3 apps failed"), "\(outcome)")
            #expect(outcome.output.contains("failed     zoom-b  token: "), "\(outcome)")
            #expect(outcome.output.contains("done       hr      all checks passed"), "\(outcome)")
        }
    }

    @Test func `a Zoom that limits an account is not asked for its other apps`() throws {
        try withWorld { world in
            _ = try Self.fill(world, "z1", "z2", "z3", "z4", "z5", "z6", "z7", "z8")
            try world.sandbox.fault("status", #","status":429,"retry_after":"900""#)
            let before = try world.sandbox.mints()
            let outcome = try world.keyturn("app", "verify", "--all", "--yes", "--json")
            let tried = try world.sandbox.mints() - before
            #expect(outcome.exit == 79 || outcome.exit == 75, "\(outcome)")
            let found = Self.outcomes(try outcome.json)
            #expect(found.count == 8 && found.values.count { $0 == "not_tried" } >= 4, "\(outcome)")
            #expect(tried <= 4, "\(tried) of 8 were asked for")
        }
    }
}
