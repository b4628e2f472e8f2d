import Foundation
import TestSupport
import Testing

/// Many at once.
@Suite(.realProcesses) struct CrowdTests {
    @Test func `a thousand clients are all served`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            let answers = try Crowd.ask(1_000, request("GET", "/v1/apps/zoom-prod/credentials"), at: world.agent)
            #expect(answers.count == 1_000 && answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.map(\.text)).count == 1)
            #expect(try answers[0].json["client_secret"].string == app.secret)
            #expect(world.isHealthy)
        }
    }

    @Test func `a thousand clients wait for one token, and Zoom is asked once`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("delay", #","delay_ms":1500"#)
            let answers = try Crowd.ask(1_000, request("GET", "/v1/apps/zoom-prod/token"), at: world.agent)
            #expect(answers.allSatisfy { $0.status == 200 })
            let tokens = try Set(answers.map { try $0.json["access_token"].string })
            #expect(tokens.count == 1)
            #expect(try world.sandbox.mints(of: app) == 1)
        }
    }

    @Test func `a thousand clients wait for a token that does not come, and Zoom is asked once`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("status", #","status":503,"delay_ms":1500,"retry_after":"60""#)
            let answers = try Crowd.ask(1_000, request("GET", "/v1/apps/zoom-prod/token"), at: world.agent)
            #expect(answers.allSatisfy { $0.status == 503 && $0.header("Retry-After") != nil })
            let mints = try world.sandbox.mints()
            #expect(mints == 1)
        }
    }

    @Test func `clients that give up waiting harm no others`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("delay", #","delay_ms":1500"#)
            for _ in 0..<3 {
                let crowd = try Crowd.connect(200, to: world.agent)
                for connection in crowd { try connection.send(request("GET", "/v1/apps/zoom-prod/token")) }
            }
            #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
            #expect(try world.sandbox.mints(of: app) == 1)
            #expect(world.isHealthy)
        }
    }

    @Test func `apps do not wait for each other`() throws {
        try withWorld { world in
            try world.addApp("zoom-slow", verify: false)
            try world.sandbox.fault("delay", count: 1, #","delay_ms":10000"#)
            let slow = try Connection(to: world.agent)
            try slow.send(request("GET", "/v1/apps/zoom-slow/token"))
            try eventually("the slow one to reach zoom") { try world.sandbox.mints() == 1 }
            try world.addApp("zoom-quick")
            #expect(try world.get("/v1/apps/zoom-quick/token").status == 200)
            #expect(try world.must("token", "zoom-quick", "--refresh").exit == 0)
            #expect(!slow.receive(seconds: 0), "the slow one is still waiting")
        }
    }

    @Test func `connections beyond the limit are closed unread`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_SERVER_MAX_CONNECTIONS": "20"])
            var open: [Connection] = []
            // A connection that was closed may hold its place a moment longer.
            try eventually("twenty places") { () throws -> Bool in
                let connection = try Connection(to: world.agent)
                try connection.send(request("GET", "/v1/health"))
                if (try? connection.answer().status) == 200 { open.append(connection) }
                return open.count == 20
            }
            let surplus = try Connection(to: world.agent)
            #expect(surplus.isClosed())
            #expect(try world.keyturn("status").exit == 0, "the admin socket has places of its own")
            open.removeLast()
            try eventually("a place to be free", holds: { world.isHealthy })
            try open[0].send(request("GET", "/v1/health"))
            #expect(try open[0].answer().status == 200, "who was in stays in")
        }
    }

    /// A process without a descriptor cannot so much as wait.
    @Test func `where few files may be open, few connections are accepted`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let serve = "ulimit -n 400 && exec \"$0\" serve --key-file \"$1\""
            let daemon = try world.runner.start("bash", ["-c", serve, Programs.keyturnd, world.keyFile])
            defer { daemon.child.end() }
            try eventually("the daemon to listen") { (try? Connection(to: world.agent)) != nil }
            let crowd = try Crowd.connect(200, to: world.agent)
            let served = crowd.count { connection in
                (try? connection.send(request("GET", "/v1/health"))) != nil
                    && (try? connection.answer().status) == 200
            }
            // One that was closed may hold its place a moment longer.
            #expect((1...12).contains(served), "\(served)")
            #expect(try world.keyturn("status").exit == 0)
            daemon.child.signal(SIGTERM)
            #expect(try daemon.outcome().errors.contains("at most 12 connections are accepted on each socket"))
        }
    }
}
