import Foundation
import TestSupport
import Testing

/// How long tokens are served, and when the next one is fetched.
@Suite(.realProcesses) struct TokenLifeTests {
    @Test func `a token of three seconds is served to clients that accept it and to no others`() throws {
        try withWorld { world in
            try world.sandbox.switches(#"{"expires_in":3}"#)
            let app = try world.addApp("zoom-prod", verify: false)
            let refused = try world.get("/v1/apps/zoom-prod/token")
            #expect(refused.status == 502 && refused.code == "upstream_failed", "never less than min_ttl")
            #expect(try world.sandbox.mints(of: app) == 1)

            try eventually("a token for who takes any") {
                let answer = try world.get("/v1/apps/zoom-prod/token?min_ttl=0")
                #expect([200, 502].contains(answer.status))
                guard answer.status == 200 else { return false }
                #expect(try (1...3).contains(answer.json["expires_in"].int ?? 0))
                return true
            }
            #expect(world.isHealthy)
        }
    }

    @Test func `a client that asks for more lifetime than there is does not make Zoom mint forever`() throws {
        try withWorld { world in
            try world.sandbox.switches(#"{"expires_in":100}"#)
            let app = try world.addApp("zoom-prod")
            for _ in 0..<50 { #expect(try world.get("/v1/apps/zoom-prod/token?min_ttl=3000").status == 502) }
            #expect(try world.get("/v1/apps/zoom-prod/token?min_ttl=60").status == 200)
            #expect(try world.sandbox.mints(of: app) <= 2)
        }
    }

    @Test func `a token that is still good is served while its successor is fetched`() throws {
        try withWorld { world in
            try world.sandbox.switches(#"{"expires_in":12}"#)
            let app = try world.addApp("zoom-prod")
            let first = try world.get("/v1/apps/zoom-prod/token?min_ttl=1").json["access_token"].string
            try world.sandbox.fault("delay", count: 1, #","delay_ms":800"#)
            // Every answer comes at once, up to the moment at which zoom is being asked for the next one.
            var answers = 0
            try eventually("the successor to be asked for") { () throws -> Bool in
                let asked = try world.sandbox.mints(of: app) == 2
                let token = try world.get("/v1/apps/zoom-prod/token?min_ttl=1").json["access_token"].string
                answers += 1
                #expect(token == first || asked)
                return asked
            }
            #expect(answers > 3)
            try eventually("the successor") {
                try world.get("/v1/apps/zoom-prod/token?min_ttl=1").json["access_token"].string != first
            }
            #expect(try world.sandbox.mints(of: app) == 2)
        }
    }

    @Test func `a token that nobody uses is not renewed`() throws {
        try withWorld { world in
            try world.sandbox.switches(#"{"expires_in":2}"#)
            let unused = try world.addApp("zoom-unused")
            let used = try world.addApp("zoom-used")
            _ = try world.get("/v1/apps/zoom-used/token?min_ttl=0")
            try eventually("the used one to be renewed") { try world.sandbox.mints(of: used) >= 2 }
            #expect(try world.sandbox.mints(of: unused) == 1)
        }
    }

    @Test func `missing scopes are no reason to refuse`() throws {
        try withWorld { world in
            try world.sandbox.switches(#"{"scope_delay_seconds":3600}"#)
            let app = try world.sandbox.addApp()
            let added = try world.runner.run(Programs.keyturn, world.adding("zoom-prod", app), input: app.secret)
            #expect(added.exit == 0 && added.output.contains("did not say which scopes"))
            let json = try world.get("/v1/apps/zoom-prod/token").json
            #expect(json["access_token"].kind == .string && json["scope"].string == "")
            #expect(try world.keyturn("token", "zoom-prod", "--json").json["scope"].isNull)
        }
    }

    @Test func `a refresh on request replaces the token`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let first = try world.get("/v1/apps/zoom-prod/token").json["access_token"].string
            try world.must("token", "zoom-prod", "--refresh")
            let second = try world.get("/v1/apps/zoom-prod/token").json["access_token"].string
            #expect(second != nil && second != first)
            #expect(try world.sandbox.mints(of: app) == 2)
        }
    }
}
