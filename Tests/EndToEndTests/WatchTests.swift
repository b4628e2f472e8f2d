import Foundation
import TestSupport
import Testing

/// Waiting for a new generation, and listening to events, at a real daemon.
@Suite(.realProcesses) struct WatchTests {
    @Test func `a waiting client gets the new secret when it is current`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let behind = request("GET", "/v1/health")
            let waiting = try world.wait(after: 1, behind: behind)
            let finished = try world.wait(after: 1)
            finished.finish()
            let curl = try world.runner.start(
                "curl",
                [
                    "-s", "--max-time", "60", "--unix-socket", world.agent, "-H", "Keyturn-Request: 1",
                    "http://keyturn/v1/apps/zoom-prod/credentials?after=1&wait=60",
                ])
            try world.must("rotate", "zoom-prod")

            let answer = try waiting.answer()
            #expect(answer.status == 200 && answer.generationTag == 2)
            let secret = try answer.json["client_secret"].string
            #expect(secret != app.secret)
            #expect(try world.sandbox.accepts(secret, of: app))
            #expect(try waiting.answer().text == #"{"status":"ok"}"#, "what was asked behind it comes behind it")
            #expect(try finished.answer().json["client_secret"].string == secret, "it only said that it asks no more")
            #expect(finished.isClosed())
            let outcome = try curl.outcome()
            #expect(outcome.exit == 0)
            #expect(try JSON(Array(outcome.output.utf8))["client_secret"].string == secret)
            try eventually("the receipt to be noted") {
                let holders = try world.keyturn("holders", "zoom-prod", "--json").json["holders"].elements
                return holders.first?["generation"].int == 2
            }
        }
    }

    @Test func `a client that waits in vain is told so, and not early`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for target in ["after=0&wait=60", "after=0"] {
                #expect(try world.get("/v1/apps/zoom-prod/credentials?\(target)").status == 200)
            }
            for target in ["after=1", "after=1&wait=0"] {
                #expect(try world.get("/v1/apps/zoom-prod/credentials?\(target)").status == 304)
            }
            let started = ContinuousClock.now
            let answer = try world.wait(after: 1, 1).answer()
            #expect(answer.status == 304 && answer.generationTag == 1)
            #expect(ContinuousClock.now - started >= .seconds(1))
            for target in ["wait=30", "after=1&wait=301", "after=-1", "after=x", "after=1&wait=", "after=1&until=3"] {
                let answer = try world.get("/v1/apps/zoom-prod/credentials?\(target)")
                #expect(answer.status == 400 && answer.code == "bad_request", "\(target)")
            }
            let none = try world.get("/v1/apps/nowhere/credentials?after=1&wait=60")
            #expect(none.status == 403 && none.code == "not_granted")
            let bare = try Connection(to: world.agent)
            try bare.send("GET /v1/events HTTP/1.1\r\nHost: k\r\n\r\n")
            #expect(try bare.answer().code == "missing_header")
        }
    }

    @Test func `a waiting client goes on waiting when its policy is replaced by a narrower one that it matches`() throws
    {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let waiting = try world.wait(after: 1)
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            try world.must(
                "client", "add", "narrow", "--uid", "\(geteuid())", "--exe", program, "--allow",
                "zoom-prod:credentials")
            for name in try world.keyturn("client", "list", "--json").json["clients"].elements.compactMap(
                \.["name"].string)
            where name != "narrow" {
                try world.must("client", "remove", name, "--yes")
            }
            try world.must("rotate", "zoom-prod")
            let answer = try waiting.answer()
            #expect(answer.status == 200 && answer.generationTag == 2, "\(answer)")
        }
    }

    @Test func `a waiting client is told when its access ends`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start()
            try world.addApp("zoom-prod")
            try world.addApp("zoom-test", verify: false)
            try world.must("client", "add", "tests", "--uid", "\(geteuid())", "--allow", "zoom-prod:credentials")
            try world.must("client", "add", "more", "--uid", "\(geteuid())", "--allow", "zoom-test:credentials")
            let revoked = try world.wait(after: 1)
            let removed = try world.wait(after: 1, app: "zoom-test")
            let stream = try world.listen(apps: 2)
            #expect(try stream.events() == ["zoom-prod 1 state", "zoom-test 1 state"])

            try world.must("client", "remove", "tests", "--yes")
            let first = try revoked.answer()
            try world.must("app", "remove", "zoom-test", "--yes")
            let second = try removed.answer()
            #expect(first.status == 403 && second.status == 403)
            #expect(first.text == second.text, "nobody learns what there is")
            try stream.awaitEvents("both to be gone") {
                $0.dropFirst(2).elementsEqual(["zoom-prod 1 removed", "zoom-test 1 removed"])
            }
            try world.must("client", "add", "tests", "--uid", "\(geteuid())", "--allow", "zoom-prod:token")
            try stream.awaitEvents("the new grant") { $0.last == "zoom-prod 1 added" }

            try world.must("client", "add", "more-of-it", "--uid", "\(geteuid())", "--allow", "zoom-prod:credentials")
            let locked = try world.wait(after: 1)
            try world.must("lock")
            #expect(try locked.answer().code == "locked")
            #expect(stream.isClosed())
            #expect(try world.get("/v1/events").code == "locked")
        }
    }

    @Test func `a daemon that stops releases waiting clients`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let waiting = try world.wait(after: 1, 300)
            let stream = try world.listen()
            #expect(try world.stop().exit == 0)
            // Whoever is busy when its time is over gets none.
            let answer = try waiting.answer()
            #expect(answer.status == 503 && answer.code == "unavailable" && answer.header("Retry-After") == "1")
            #expect(waiting.isClosed())
            #expect(stream.isClosed())
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, World.whyNoDescriptors))
    func `a client that hangs up leaves nothing`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let before = try world.descriptors()
            do {
                let waiting = try (0..<50).map { _ in try world.wait(after: 1, 300) }
                let streams = try (0..<10).map { _ in try world.listen() }
                try eventually("all to be there") { try world.descriptors() > waiting.count + streams.count }
            }
            try eventually("all to be gone") { try world.descriptors() <= before }
            try world.must("rotate", "zoom-prod")
            #expect(world.isHealthy)
        }
    }

    @Test func `curl is notified of a rotation`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let curl = try world.runner.start(
                "curl",
                [
                    "-siN", "--max-time", "120", "--unix-socket", world.agent, "-H", "Keyturn-Request: 1",
                    "http://keyturn/v1/events",
                ])
            func heard() throws -> String { try String(contentsOfFile: curl.output, encoding: .utf8) }
            try eventually("the full state") { try events(in: heard()) == ["zoom-prod 1 state"] }
            let head = try #require(try heard().components(separatedBy: "\r\n\r\n").first)
            #expect(head.contains("200 OK") && head.contains("Content-Type: text/event-stream"))
            #expect(head.contains("Cache-Control: no-store") && head.contains("Connection: close"))
            try world.must("rotate", "zoom-prod", "--overlap", "1s", "--wait")
            try eventually("the end of the rotation") { try events(in: heard()).last == "zoom-prod 2 settled" }
            #expect(
                try events(in: heard()) == [
                    "zoom-prod 1 state", "zoom-prod 1 rotating", "zoom-prod 2 rotated", "zoom-prod 2 settled",
                ])
            try eventually("a sign of life") { try heard().contains(": heartbeat\n\n") }
            let secret = try #require(try world.fetchedSecret())
            #expect(try !heard().contains(secret))
            curl.child.end()
        }
    }

    @Test func `no more clients than the limit can wait`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_SERVER_MAX_WAITING": "2"])
            try world.admitEverything()
            try world.addApp("zoom-prod")
            let stream = try world.listen()
            // Of two, one has the last place, whichever came first.
            var both = [try world.wait(after: 1), try world.wait(after: 1)]
            let refused = try eventually("one of them to be refused") { both.firstIndex(where: \.isAnswered) }
            let late = both.remove(at: refused)
            #expect(try late.answer().status == 429)
            for path in ["/v1/apps/zoom-prod/credentials?after=1&wait=60", "/v1/events"] {
                let answer = try world.get(path)
                #expect(answer.status == 429 && answer.code == "too_many_requests")
                #expect(answer.header("Retry-After") == "10")
            }
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 200, "fetching is still possible")
            #expect(!both[0].isAnswered)
            both = []
            try eventually("the place to be free") {
                try world.wait(after: 1, 1).answer().status == 304
            }
            #expect(!stream.isAtEnd)
        }
    }

    @Test func `fetch can wait too`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let vain = try world.keyturn("fetch", "zoom-prod", "--after", "1", "--wait", "1s", "--json")
            #expect(vain.exit == 75 && vain.complains() && vain.output.isEmpty)
            for wrong in [["--wait", "1s"], ["--after", "1", "--field", "client_id"], ["--after=-1"]] {
                #expect(try world.runner.run(Programs.keyturn, ["fetch", "zoom-prod"] + wrong).exit == 64)
            }
            let fetch = try world.runner.start(
                Programs.keyturn, ["fetch", "zoom-prod", "--after", "1", "--wait", "2m", "--json"])
            try world.must("rotate", "zoom-prod")
            let outcome = try fetch.outcome()
            #expect(outcome.exit == 0)
            let secret = try outcome.json["client_secret"].string
            #expect(secret != app.secret)
            #expect(try world.sandbox.accepts(secret, of: app))
        }
    }
}
