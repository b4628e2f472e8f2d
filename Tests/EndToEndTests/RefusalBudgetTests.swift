import Foundation
import Testing

/// Zoom may disable an app with many failed requests, so that refused credentials are tried five times an hour and no
/// more, whoever asks and whatever crashes.
@Suite(.realProcesses) struct RefusalBudgetTests {
    private static let ask = request("GET", "/v1/apps/zoom-prod/token")

    private static func addRefusedApp(_ world: World) throws -> ZoomApp {
        let app = try world.sandbox.addApp()
        let outcome = try world.runner.run(
            Programs.keyturn, world.adding("zoom-prod", app, "--no-verify"), input: "not-the-secret")
        #expect(outcome.exit == 0)
        return app
    }

    private static func askManyTimes(_ world: World) throws {
        for answer in try Crowd.ask(100, ask, at: world.agent) {
            #expect(answer.status == 502 && answer.code == "upstream_failed")
        }
        for _ in 0..<20 { #expect(try world.get("/v1/apps/zoom-prod/token").status == 502) }
    }

    @Test func `the budget survives crashes and restarts`() throws {
        try withWorld { world in
            let app = try Self.addRefusedApp(world)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 502)
            #expect(try world.sandbox.mints(of: app) == 1)
            for round in 0..<3 {
                try world.crash()
                try world.start()
                try Self.askManyTimes(world)
                #expect(try world.sandbox.mints(of: app) <= 5, "round \(round)")
            }
            #expect(try world.stop().exit == 0)
            try world.start()
            try Self.askManyTimes(world)
            #expect(try world.sandbox.mints(of: app) == 5)
            let status = try world.keyturn("status", "--json").json
            #expect(status["problems"].elements.first?["code"].string == "invalid_client")
            #expect(try world.must("status").output.contains("keyturn app verify zoom-prod"))
            #expect(try world.fetchedSecret() == "not-the-secret", "what Zoom refuses is the operator's to remove")
        }
    }

    @Test func `the budget survives lock and unlock`() throws {
        try withWorld { world in
            let app = try Self.addRefusedApp(world)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            for _ in 0..<2 {
                try Self.askManyTimes(world)
                try world.must("lock")
                try world.must("unlock", "--recovery-stdin", input: recovery)
            }
            try Self.askManyTimes(world)
            #expect(try world.sandbox.mints(of: app) == 5)
        }
    }

    @Test(arguments: [["app", "verify", "zoom-prod"], ["token", "zoom-prod", "--refresh"]])
    func `only the operator renews the budget`(_ command: [String]) throws {
        try withWorld { world in
            let app = try Self.addRefusedApp(world)
            try Self.askManyTimes(world)
            #expect(try world.sandbox.mints(of: app) == 5)
            #expect(try world.keyturn("token", "zoom-prod").exit == 79, "to ask is not to insist")
            #expect(try world.sandbox.mints(of: app) == 5)
            #expect(try world.runner.run(Programs.keyturn, command).exit == 79)
            #expect(try world.sandbox.mints(of: app) == 6)
            try Self.askManyTimes(world)
            #expect(try world.sandbox.mints(of: app) == 10)
        }
    }

    @Test func `other credentials get a new budget`() throws {
        try withWorld { world in
            let app = try Self.addRefusedApp(world)
            try Self.askManyTimes(world)
            try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(try world.runner.run(Programs.keyturn, world.adding("zoom-prod", app), input: app.secret).exit == 0)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
        }
    }

    @Test func `the operator sets the budget`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_ZOOM_REFUSALS_PER_HOUR": "2"])
            try world.admitEverything()
            let app = try Self.addRefusedApp(world)
            try Self.askManyTimes(world)
            #expect(try world.sandbox.mints(of: app) == 2)
        }
    }

    @Test func `wrong accounts and other permanent refusals use up the budget too`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            try world.sandbox.control("POST", "/apps/\(app.clientID)/deactivate")
            try Self.askManyTimes(world)
            #expect(try world.sandbox.mints(of: app) == 5)
            try world.sandbox.control("POST", "/apps/\(app.clientID)/activate")
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 502)
            #expect(try world.keyturn("app", "verify", "zoom-prod").exit == 0)
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
        }
    }
}
