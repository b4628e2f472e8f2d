import Foundation
import TestSupport
import Testing

/// Locked and unlocked: by passphrase, recovery key and key file.
@Suite(.realProcesses) struct LockTests {
    private static let passphrase = "correct horse battery staple"

    @Test func `without an unlock key the daemon starts locked and waits`() throws {
        try withWorld(serving: false) { world in
            let made = try world.keyturnd(
                "init", "--passphrase-stdin", "--recovery-out", world.recoveryFile, input: Self.passphrase + "\n")
            #expect(made.exit == 0)
            try world.start("--log-level", "info")
            let health = try world.get("/v1/health")
            #expect(health.status == 503 && health.text == #"{"status":"locked"}"#)
            for path in ["/v1/apps", "/v1/apps/a/credentials", "/v1/apps/a/credentials/client_id", "/v1/apps/a/token"] {
                let answer = try world.get(path)
                #expect(answer.status == 503 && answer.code == "locked", "\(path)")
            }

            let wrong = try world.keyturn("unlock", "--passphrase-stdin", input: Self.passphrase + "r")
            #expect(wrong.exit == 65 && wrong.complains())
            #expect(try world.get("/v1/health").status == 503)
            #expect(try world.keyturn("unlock", "--passphrase-stdin", input: Self.passphrase).exit == 0)
            #expect(world.isHealthy)
        }
    }

    @Test func `a lock drops everything, and an unlock brings it back`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let token = try world.get("/v1/apps/zoom-prod/token").json["access_token"].string
            let open = try Connection(to: world.agent)
            try world.must("lock")
            try open.send(request("GET", "/v1/apps/zoom-prod/credentials"))
            let refused = try open.answer()
            #expect(refused.status == 503 && refused.code == "locked", "also on a connection that was open before")
            #expect(!refused.text.contains(app.secret))
            #expect(try world.must("lock").exit == 0, "a second time does nothing")

            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            let sloppy = " " + recovery.lowercased().replacing("-", with: " ")
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: sloppy).exit == 0)
            try open.send(request("GET", "/v1/apps/zoom-prod/token"))
            #expect(try open.answer().json["access_token"].string == token)
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == app.secret)
            #expect(try world.sandbox.mints() == 1)
        }
    }

    @Test func `a mistyped recovery key is told from a wrong one`() throws {
        try withWorld { world in
            try world.must("lock")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            let mistyped = (recovery.first == "7" ? "8" : "7") + recovery.dropFirst()
            let first = try world.keyturn("unlock", "--recovery-stdin", input: mistyped)
            #expect(first.exit == 65 && first.errors.contains("mistyped"))

            let other = try World()
            defer { other.close() }
            try other.initialise()
            let foreign = try String(contentsOfFile: other.recoveryFile, encoding: .utf8)
            let second = try world.keyturn("unlock", "--recovery-stdin", input: foreign)
            #expect(second.exit == 65 && second.errors.contains("does not open any"))
            #expect(try world.get("/v1/health").status == 503)
        }
    }

    @Test func `a token that arrives after the lock is not served`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("delay", #","delay_ms":1500"#)
            let waiting = try Connection(to: world.agent)
            try waiting.send(request("GET", "/v1/apps/zoom-prod/token"))
            try eventually("the request to reach zoom") { try world.sandbox.mints(of: app) == 1 }
            try world.must("lock")
            let answer = try waiting.answer()
            #expect(answer.status == 503, "no keys, no secrets: \(answer.text.prefix(200))")
        }
    }

    @Test func `unlocking twice at once is harmless`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("lock")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            let runs = try (0..<4).map { _ in
                try world.runner.start(Programs.keyturn, ["unlock", "--recovery-stdin"], input: recovery)
            }
            for run in runs { #expect(try run.outcome().exit == 0) }
            try world.addApp("zoom-test")
            #expect(try world.get("/v1/apps").json["apps"].elements.count == 2)
            #expect(try world.sandbox.mints() == 2)
        }
    }

    /// Two sessions of one vault would each think that the other's call to Zoom was lost.
    @Test func `no unlock succeeds while a lock lets a call finish`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            try world.sandbox.control(
                "POST", "/faults", #"{"fault":"delay","path":"/v2/marketplace","method":"POST","delay_ms":3000}"#)
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "1h"])
            try eventually("Zoom to be asked") { try world.openRotations().first?["state"].string == "intended" }
            let lock = try world.runner.start(Programs.keyturn, ["lock"])
            try eventually("the lock") { try world.get("/v1/health").status == 503 }
            let refused = try world.keyturn("unlock", "--recovery-stdin", input: recovery)
            #expect(refused.exit == 75 && refused.complains() && refused.errors.contains("being locked"), "\(refused)")
            #expect(try lock.outcome().exit == 0)
            _ = try rotate.outcome()
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: recovery).exit == 0)
            try eventually("the new secret") { try world.fetchedSecret() != app.secret }
            #expect(try world.sandbox.accepts(world.fetchedSecret(), of: app))
            #expect(try world.sandbox.rotationCalls() == 1)
        }
    }

    @Test(.enabled(if: FaultyDisk.isThere, "the disk that fails was not built"))
    func `the vault is not locked over a secret that is in memory alone`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let disk = try FaultyDisk(in: world.directory, below: [world.state])
            disk.count()
            try world.start(environment: disk.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            try world.sandbox.control(
                "POST", "/faults", #"{"fault":"delay","path":"/v2/marketplace","method":"POST","delay_ms":1500}"#)
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "1h"])
            try eventually("Zoom to be asked") { try world.openRotations().first?["state"].string == "intended" }
            disk.arm(.error, at: 1, count: nil)
            try eventually("the alert") { try world.problems().contains("secret_in_memory") }
            let refused = try world.keyturn("lock")
            #expect(
                refused.exit == 75 && refused.complains() && refused.errors.contains("only in memory"), "\(refused)")
            #expect(refused.errors.contains("keyturn status"))
            disk.disarm()
            try eventually("the new secret") { try world.fetchedSecret() != app.secret }
            #expect(try world.sandbox.rotationCalls() == 1 && world.sandbox.accepts(world.fetchedSecret(), of: app))
            _ = try rotate.outcome()
            try world.must("lock")
        }
    }
}
