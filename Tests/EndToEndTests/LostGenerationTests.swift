import Foundation
import TestSupport
import Testing

/// A vault that came out of a backup, while clients hold a secret that was made later.
@Suite(.realProcesses) struct LostGenerationTests {
    @Test func `a generation number that was lost is never used again, and its holders are answered`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let file = try world.backedUp()
            try world.must("rotate", "zoom-prod", "--overlap", "7d")
            let lost = try world.get("/v1/apps/zoom-prod/credentials")
            let tag = try #require(lost.header("ETag"))
            #expect(lost.generationTag == 2)
            let deadline = try #require(try world.openRotations().first?["old_secret_expires_at"].string)
            try world.stop()
            let report = try world.restored(file, "--replace", "--json").json["newer_secrets"].elements
            #expect(report.map(\.["newest_generation"].int) == [2])
            #expect(report.map(\.["restored_valid_until"].string) == [deadline])
            try world.start()
            try eventually("the restored secret") { try world.fetchedSecret() == app.secret }

            let path = "/v1/apps/zoom-prod/credentials"
            let asked = [
                (path, tag), (path, #""2""#), (path + "?after=2&wait=300", tag), (path + "?after=2", #""2""#),
            ]
            for (target, header) in asked {
                // At once, and not after the wait, which is longer than curl may take.
                let answer = try world.curl(target, ["If-None-Match: \(header)"])
                #expect(answer.status == 200 && answer.generationTag == 1, "\(target) \(header): \(answer.text)")
            }
            let ack = try world.post("/v1/apps/zoom-prod/ack", #"{"generation":2}"#)
            #expect(ack.status == 409 && ack.code == "conflict" && ack.text.contains("generation 2"), "\(ack.text)")
            #expect(try world.post("/v1/apps/zoom-prod/ack", #"{"generation":3}"#).status == 400)
            let rejected = try world.post("/v1/apps/zoom-prod/rejected", #"{"generation":2}"#)
            #expect(try rejected.status == 200 && rejected.json["generation"].int == 1)
            let holders = try world.must("holders", "zoom-prod", "--json").json["holders"].elements
            #expect(holders.map(\.["generation"].int) == [1])

            let problem = try world.keyturn("status", "--json").json["problems"].elements.first {
                $0["code"].string == "newer_secret_lost"
            }
            #expect(problem?["deadline"].string == deadline)
            #expect(problem?["detail"].string?.contains("generation 2 was made at") == true)
            #expect(problem?["try"].string?.contains("keyturn rotate zoom-prod") == true)
            #expect(try world.keyturn("doctor").output.contains("newer_secret_lost"))
            // It is remembered over restarts.
            try world.stop()
            try world.start()
            #expect(try world.problems().contains("newer_secret_lost"))

            let waiting = try world.wait(after: 1, 60)
            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            let answer = try waiting.answer()
            #expect(answer.status == 200 && answer.generationTag == 3)
            #expect(try world.curl(path, ["If-None-Match: \(tag)"]).status == 200)
            #expect(try !world.problems().contains("newer_secret_lost"))
            let history = try world.must("history", "zoom-prod", "--json").json["generations"].elements
            #expect(history.map(\.["generation"].int) == [1, 2, 3])
            #expect(history.map(\.["origin"].string) == ["added", "lost", "rotation"])
        }
    }

    @Test func `the vault that is replaced is asked for its numbers too`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let file = try world.backedUp()
            try world.must("rotate", "zoom-prod", "--overlap", "7d")
            try world.must("rotate", "zoom-prod", "--dry-run")
            try world.stop()
            for name in try Files.names(world.state + "/audit") {
                try FileManager.default.removeItem(atPath: world.state + "/audit/" + name)
            }
            let report = try world.restored(file, "--replace", "--json").json["newer_secrets"].elements
            #expect(report.map(\.["newest_generation"].int) == [2])
        }
    }

    @Test func `an app that is added again continues above the numbers of the removed one`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let waiting = try world.wait(after: 1, 60)
            try world.must("app", "remove", "zoom-prod", "--yes")
            #expect(try waiting.answer().status == 403)
            let app = try world.addApp("zoom-prod")
            let answer = try world.get("/v1/apps/zoom-prod/credentials?after=1&wait=30")
            #expect(answer.generationTag == 2)
            #expect(try answer.json["client_secret"].string == app.secret)
        }
    }

    @Test func `a token from before a slow clock is minted again, and the clock is named`() throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            try world.addApp("zoom-prod")
            try world.sandbox.switches(#"{"expires_in":900}"#)
            try world.must("token", "zoom-prod", "--refresh")
            let before = try world.get("/v1/apps/zoom-prod/token").json
            #expect(try !world.problems().contains("clock_implausible"))
            try world.stop()

            clock.setWall(by: -3600)
            try world.start(environment: clock.environment)
            let after = try world.get("/v1/apps/zoom-prod/token").json
            #expect(after["access_token"].string != before["access_token"].string)
            #expect((1...900).contains(after["expires_in"].int ?? 0))
            let problem = try world.keyturn("status", "--json").json["problems"].elements.first {
                $0["code"].string == "clock_implausible"
            }
            #expect(problem?["detail"].string?.contains("behind") == true)
            #expect(problem?["severity"].string == "critical")
            // Set back while it runs: what has passed has passed, and both numbers say so.
            clock.setWall(by: -3600)
            let moved = try world.must("token", "zoom-prod", "--json").json
            #expect(moved["expires_at"].string.map { $0 < after["expires_at"].string ?? "" } == true)
            #expect((1...900).contains(moved["expires_in"].int ?? 0))
            // Right again, and somebody says so.
            clock.setWall(by: 16_200)
            try world.must("token", "zoom-prod", "--refresh")
            clock.setWall(by: -9000)
            #expect(try world.problems().contains("clock_implausible"), "the vault was written ahead of the clock")
            try world.must("audit", "acknowledge", "--yes")
            #expect(try !world.problems().contains("clock_implausible"))
        }
    }
}
