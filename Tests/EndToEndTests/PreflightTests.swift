import Foundation
import Testing

/// An app that cannot be rotated says so when it is added, looked at, or given a policy, and not on the day.
@Suite(.realProcesses) struct PreflightTests {
    private static let seven = [
        "user:master", "user:read:admin", "user:write:admin", "account:master", "account:read:admin",
        "account:write:admin", "scim2",
    ]

    private static func problems(_ world: World) throws -> [String] {
        try world.keyturn("status", "--json").json["problems"].elements.map {
            "\($0["code"].string ?? "") \($0["severity"].string ?? ""): \($0["detail"].string ?? "")"
        }
    }

    @Test func `an app without the scope warns at once, and is a problem while a policy wants it`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp(scopes: Self.seven)
            let added = try world.runner.run(Programs.keyturn, try world.adding("zoom-prod", app), input: app.secret)
            let lack = "the app lacks the scope marketplace:update:client_secret"
            #expect(added.exit == 0 && added.output.contains("warning  rotation:"), "\(added)")
            #expect(added.output.contains(lack) && added.output.contains("try: tick marketplace:update:client_secret"))
            #expect(try world.keyturn("app", "verify", "zoom-prod").exit == 0)
            #expect(try Self.problems(world).isEmpty, "nobody wants it rotated")

            let set = try world.must("app", "set", "zoom-prod", "--rotate-every", "30d")
            #expect(set.output.contains(lack), "\(set)")
            let expected = "rotation_impossible warning: the secret cannot be rotated automatically: \(lack)"
            #expect(try Self.problems(world) == [expected])
            let verify = try world.keyturn("app", "verify", "zoom-prod")
            #expect(verify.exit == 79 && verify.output.contains("failed   rotation:"), "\(verify)")
            #expect(try world.must("rotate", "zoom-prod", "--dry-run").output.contains("obstacle: \(lack)"))
            #expect(try world.keyturn("doctor").output.contains(lack))
            let asked = try world.sandbox.requests()
            #expect(try Self.problems(world) == [expected] && world.sandbox.requests() == asked, "known without asking")
            try world.stop()
            try world.start()
            #expect(try Self.problems(world) == [expected])

            try world.sandbox.control(
                "PUT", "/apps/\(app.clientID)/scopes",
                #"{"scopes":\#(try Self.json(Self.seven + ["marketplace:update:client_secret"]))}"#)
            #expect(try world.must("app", "verify", "zoom-prod").output.contains("ok       rotation:"))
            #expect(try Self.problems(world).isEmpty)
        }
    }

    private static func json(_ texts: [String]) throws -> String {
        String(decoding: try JSONEncoder().encode(texts), as: UTF8.self)
    }

    @Test func `refusals for lack of an app ID use up nothing at Zoom`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let arguments = try world.adding("zoom-prod", app).filter { !$0.hasPrefix("--marketplace-app-id") }
            let added = try world.runner.run(Programs.keyturn, arguments, input: app.secret)
            #expect(added.exit == 0 && added.output.contains("the Marketplace app ID is unknown"), "\(added)")
            for _ in 0..<4 { #expect(try world.keyturn("rotate", "zoom-prod").exit == 79) }
            #expect(try world.history().allSatisfy { $0["calls"].int == 0 })
            try world.must("app", "set", "zoom-prod", "--marketplace-app-id=\(app.appID)")
            let rotated = try world.keyturn("rotate", "zoom-prod", "--overlap", "0s", "--wait")
            #expect(rotated.exit == 0, "Zoom's three changes are untouched: \(rotated)")
            #expect(try world.history().count { $0["state"].string == "retired" } == 1)
        }
    }

    @Test func `a secret that Zoom refuses is not tried again for the scope`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp()
            let added = try world.runner.run(
                Programs.keyturn, try world.adding("zoom-prod", app, "--no-verify"), input: "wrong")
            #expect(added.exit == 0)
            let before = try world.sandbox.requests()
            #expect(try world.keyturn("app", "verify", "zoom-prod").exit == 79)
            #expect(try world.sandbox.requests() == before + 1)
        }
    }
}
