import Foundation
import TestSupport
import Testing

/// Who gets what, as the kernel tells who asks.
@Suite(.realProcesses) struct AccessTests {
    private static let credentials = "/v1/apps/zoom-prod/credentials"
    private static let token = "/v1/apps/zoom-prod/token"

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `a client without a policy learns nothing`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for kind in ["credentials", "credentials/client_secret", "token"] {
                let there = try world.curl("/v1/apps/zoom-prod/\(kind)", as: OtherUser())
                let nowhere = try world.curl("/v1/apps/zoom-nada/\(kind)", as: OtherUser())
                #expect(there.status == 403 && there.code == "not_granted")
                #expect(there.status == nowhere.status && there.body == nowhere.body)
                // The second may have turned between the two.
                let headers = [there, nowhere].map { $0.headers.filter { $0.name != "Date" }.map { "\($0)" } }
                #expect(headers[0] == headers[1])
            }
            #expect(try world.curl("/v1/apps", as: OtherUser()).text == #"{"apps":[]}"#)
            #expect(try world.curl("/v1/health", as: OtherUser()).status == 200)
            #expect(try world.sandbox.mints() == 1)
        }
    }

    @Test func `a policy for all apps does not tell which apps there are`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let answer = try world.get("/v1/apps/zoom-nada/token")
            #expect(answer.status == 403 && answer.code == "not_granted")
        }
    }

    @Test(
        .enabled(if: OtherUser.mayBe, OtherUser.why),
        arguments: [
            ("zoom-prod:credentials", 200, 403), ("zoom-prod:token", 403, 200),
            ("zoom-prod:credentials,token", 200, 200),
            ("*:token", 403, 200), ("*:credentials", 200, 403), ("zoom-test:credentials,token", 403, 403),
        ]) func `a policy grants its permission for its app and nothing else`(
            _ grant: String, _ credentials: Int, _ token: Int
        ) throws
    {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("client", "add", "ping", "--uid", "65534", "--allow", grant)
            #expect(try world.curl(Self.credentials, as: OtherUser()).status == credentials)
            #expect(try world.curl(Self.credentials + "/client_id", as: OtherUser()).status == credentials)
            #expect(try world.curl(Self.token, as: OtherUser()).status == token)
            let listed = try world.curl("/v1/apps", as: OtherUser()).json["apps"].elements.count
            #expect(listed == (credentials == 200 || token == 200 ? 1 : 0))
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `all selectors of a policy must match`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("client", "add", "ping", "--uid", "65534", "--gid", "4711", "--allow", "*:token")
            #expect(try world.curl(Self.token, as: OtherUser(gid: 4_711)).status == 200)
            #expect(try world.curl(Self.token, as: OtherUser(gid: 4_712)).status == 403)
            #expect(try world.curl(Self.token, as: OtherUser(uid: 65_533, gid: 4_711)).status == 403)
        }
    }

    @Test func `a removed client is refused on its open connection`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let open = try Connection(to: world.agent)
            let tag = try #require(try world.get(Self.credentials).header("ETag"))
            for path in [Self.credentials, Self.token] {
                try open.send(request("GET", path))
                #expect(try open.answer().status == 200)
            }
            try world.must("client", "remove", "tests", "--yes")
            for path in [Self.credentials, Self.token] {
                try open.send(request("GET", path))
                let answer = try open.answer()
                #expect(answer.status == 403 && !answer.text.contains(app.secret))
            }
            try open.send(request("GET", Self.credentials, ["If-None-Match: \(tag)"]))
            #expect(try open.answer().status == 403, "not even that it has not changed")
            try world.admitEverything()
            try open.send(request("GET", Self.credentials))
            #expect(try open.answer().status == 200)
        }
    }

    @Test func `a removed app is gone, and its name starts afresh`() throws {
        try withWorld { world in
            let first = try world.addApp("zoom-prod")
            let token = try world.get(Self.token).json["access_token"].string
            #expect(try world.get(Self.credentials).json["client_secret"].string == first.secret)
            try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(try world.get(Self.credentials).status == 403 && world.get(Self.token).status == 403)
            let second = try world.addApp("zoom-prod")
            #expect(try world.get(Self.credentials).json["client_secret"].string == second.secret)
            let other = try world.get(Self.token).json["access_token"].string
            #expect(other != nil && other != token)
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `the admin socket is for its user alone`() throws {
        try withWorld { world in
            #expect(Files.mode(world.runtime + "/admin") == 0o700 && Files.mode(world.admin) == 0o600)
            #expect(Files.mode(world.runtime + "/agent") == 0o755 && Files.mode(world.agent) == 0o666)
            // Were the modes to fail, the kernel's word on who asks still stands.
            try Files.set(world.runtime + "/admin", 0o755)
            try Files.set(world.admin, 0o666)
            for path in ["/v1/health", "/v1/status", "/v1/apps", "/v1/nothing"] {
                let outcome = try world.run(
                    "curl",
                    ["-si", "--unix-socket", world.admin, "-H", "Keyturn-Request: 1", "http://keyturn" + path],
                    as: OtherUser())
                #expect(outcome.output.hasPrefix("HTTP/1.1 403 ") && outcome.output.contains("not_granted"))
            }
        }
    }

    @Test func `neither socket serves a route of the other`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for path in ["/v1/status", "/v1/clients", "/v1/apps/zoom-prod", "/v1/unlock", "/v1/lock"] {
                #expect(try world.get(path).status == 404, "\(path)")
            }
            for path in ["/v1/apps/zoom-prod/credentials", "/v1/apps/zoom-prod/credentials/client_secret"] {
                #expect(try world.ask("GET", path).status == 404, "\(path)")
            }
            #expect(try world.ask("GET", "/v1/apps/zoom-prod/token").json["access_token"].isNull)
        }
    }

    @Test(arguments: [(0o600, ""), (0o660, ""), (0o666, ""), (0o600, "killed")])
    func `no socket is ever more open than configured`(_ mode: Int, _ before: String) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let environment = ["KEYTURN_AGENT_MODE": "0" + String(mode, radix: 8)]
            if before == "killed" {
                try world.start(environment: environment)
                try world.crash()
            }
            for _ in 0..<5 {
                let watcher = SocketWatcher([world.agent, world.admin])
                // The daemon must not lean on the umask it is given.
                let daemon = try world.runner.start(
                    "/bin/sh", ["-c", "umask 0; exec '\(Programs.keyturnd)' serve --key-file \(world.keyFile)"],
                    environment: environment)
                try eventually("both sockets to answer") { () throws -> Bool in
                    guard daemon.child.isRunning else { throw HarnessError("it ended: \(try daemon.outcome())") }
                    return world.isHealthy && Files.isSocket(world.admin)
                }
                let seen = watcher.finish()
                daemon.child.end()
                #expect(seen[world.agent] == [mode_t(mode)] && seen[world.admin] == [0o600])
                #expect(Files.mode(world.runtime + "/admin") == 0o700)
            }
        }
    }
}
