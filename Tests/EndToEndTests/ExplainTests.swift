import Foundation
import TestSupport
import Testing

/// Why somebody is served or not, said beforehand; and how many may be served how often.
@Suite(.realProcesses) struct ExplainTests {
    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `the verdict is the one that the socket gives`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let other = OtherUser(uid: 65_533, gid: 65_533)
            let child = try world.runner.start("setpriv", other.privileges + ["sleep", "60"])
            defer { child.child.end() }
            func explain(_ words: String...) throws -> Outcome {
                try world.runner.run(
                    Programs.keyturn, ["explain", "--app", "zoom-prod", "--pid", "\(child.child.pid)"] + words)
            }
            try eventually("the process to be the other user's") {
                (try? explain("--json").json["caller"]["uid"].int) == 65_533
            }
            let nobody = try explain("--json")
            #expect(try nobody.exit == 77 && nobody.json["served"].bool == false)
            #expect(try nobody.json["policies"].elements.first?["client"].string == "tests")

            try world.must("client", "add", "ping", "--uid", "65533", "--allow", "zoom-prod:token")
            let wrongKind = try explain()
            #expect(wrongKind.exit == 77 && wrongKind.output.hasPrefix("refused: client 'ping'"))
            let served = try explain("--permission", "token", "--json")
            #expect(try served.exit == 0 && served.json["served"].bool == true && served.errors.isEmpty)
            #expect(try served.json["client"].string == "ping" && served.json["caller"]["gid"].int == 65_533)
            #expect(try served.json["caller"]["exe"].string?.hasSuffix("/sleep") == true)
            #expect(try world.curl("/v1/apps/zoom-prod/token", as: other).status == 200)

            let user = try world.keyturn("explain", "--app", "zoom-prod", "--uid", "65533", "--permission", "token")
            #expect(user.exit == 0 && user.output.hasPrefix("served: client 'ping'"))
            try world.must(
                "client", "add", "unit", "--uid", "1", "--unit", "p.service", "--exe", "/p", "--allow",
                "*:credentials")
            func supposed(_ words: String...) throws -> Outcome {
                try world.runner.run(Programs.keyturn, ["explain", "--app", "zoom-prod", "--uid", "1"] + words)
            }
            #expect(try supposed().output.contains("for unit p.service"))
            #expect(try supposed("--unit", "p.service").exit == 77)
            let allowed = try supposed("--unit", "p.service", "--exe", "/p")
            #expect(allowed.exit == 0 && allowed.output.hasPrefix("served: client 'unit'"))
            #expect(try supposed("--unit", "p.service", "--exe", "/q").exit == 77)
            let root = try world.keyturn("explain", "--app", "zoom-prod", "--user", "root", "--json")
            #expect(try root.json["caller"]["uid"].int == 0)
            try world.must("app", "remove", "zoom-prod", "--yes")
            let gone = try explain("--permission", "token")
            #expect(gone.exit == 77 && gone.output.contains("there is no app 'zoom-prod'"))
        }
    }

    @Test func `a question that cannot be answered is refused with a reason`() throws {
        try withWorld { world in
            #expect(try world.keyturn("explain", "--app", "zoom-prod", "--pid", "2147483647").exit == 66)
            for words in [
                [], ["--pid", "1", "--uid", "1"], ["--pid", "0"], ["--uid", "-1"], ["--uid", "1", "--user", "root"],
                ["--user", "nobody-has-this-name"], ["--pid", "1", "--unit", "p.service"],
                ["--uid", "1", "--unit", "p"],
                ["--uid", "1", "--exe", "p"],
                ["--permission", "all", "--uid", "1"],
            ] {
                let outcome = try world.runner.run(Programs.keyturn, ["explain", "--app", "zoom-prod"] + words)
                #expect([64, 65].contains(outcome.exit) && outcome.complains(), "\(words)")
            }
        }
    }

    @Test func `a policy for an app that does not exist is a problem`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("client", "add", "ping", "--uid", "1", "--allow", "zoom-prod:token")
            #expect(try world.must("status", "--json").json["problems"].elements.isEmpty)
            let removed = try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(removed.errors.contains("client 'ping' is still granted 'zoom-prod'"))
            let problems = try world.must("status", "--json").json["problems"].elements
            #expect(problems.map { $0["code"].string } == ["grant_without_app"])
        }
    }

    @Test func `a client that asks too often is told when to come back`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_LIMITS_REQUESTS_PER_SECOND": "2"])
            try world.admitEverything()
            try world.addApp("zoom-prod")
            let connection = try Connection(to: world.agent)
            let answers = try (0..<30).map { _ in
                try connection.send(request("GET", "/v1/apps/zoom-prod/credentials"))
                return try connection.answer()
            }
            let refused = answers.filter { $0.status == 429 }
            #expect(
                answers[0].status == 200 && !refused.isEmpty && answers.allSatisfy { [200, 429].contains($0.status) })
            #expect(refused.allSatisfy { $0.code == "too_many_requests" && $0.header("Retry-After") == "1" })
            #expect(world.isHealthy, "the connection limit is another")
        }
    }

    @Test(.enabled(if: OtherUser.mayBe && PerlClient.isThere, OtherUser.why))
    func `one user cannot take all connections`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_SERVER_MAX_CONNECTIONS_PER_USER": "3"])
            let crowd = try PerlClient(world, "crowd", "/v1/health", ["5"], as: OtherUser(uid: 65_533, gid: 65_533))
            #expect(try crowd.lines(5).sorted() == ["200", "200", "200", "closed", "closed"])
            #expect(world.isHealthy)
        }
    }

    @Test func `a socket that no other user can reach is reported at the start`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let closed = world.directory + "/closed"
            try FileManager.default.createDirectory(atPath: closed, withIntermediateDirectories: false)
            for (mode, agentMode, warns) in [(0o700, "0666", true), (0o711, "0666", false), (0o700, "0600", false)] {
                try Files.set(closed, mode)
                let daemon = try world.runner.start(
                    Programs.keyturnd, ["serve", "--key-file", world.keyFile],
                    environment: ["KEYTURN_RUNTIME_DIR": closed + "/run", "KEYTURN_AGENT_MODE": agentMode])
                try eventually("the socket") { Files.isSocket(closed + "/run/admin/admin.sock") }
                daemon.child.signal(SIGTERM)
                let log = try daemon.outcome().errors
                #expect(log.contains("other users cannot reach the agent socket") == warns, "\(mode) \(agentMode)")
            }
        }
    }
}
