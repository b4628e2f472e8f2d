import Foundation
import TestSupport
import Testing

/// A disk that fills up between Zoom's answer and the vault.
@Suite(.realProcesses) struct SpoolTests {
    @Test(.enabled(if: SmallDisk.mayMount, SmallDisk.why), arguments: [SIGKILL, SIGTERM])
    func `a new secret that the vault cannot store outlives the daemon`(_ signal: Int32) throws {
        try withWorld(serving: false) { world in
            let disk = try SmallDisk(in: world, size: "2m")
            let environment = ["KEYTURN_STATE_DIR": disk.path + "/state"]
            func start() throws -> Running {
                let serve = disk.inside(Programs.keyturnd, ["serve", "--key-file", world.keyFile])
                let daemon = try world.runner.start(serve.program, serve.arguments, environment: environment)
                try eventually("the daemon to listen") {
                    guard daemon.child.isRunning else { throw HarnessError("it ended: \(try daemon.outcome())") }
                    return world.isHealthy
                }
                return daemon
            }
            let making = disk.inside(
                Programs.keyturnd, ["init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile])
            let made = try world.runner.run(making.program, making.arguments, environment: environment)
            try #require(made.exit == 0, "\(made)")
            var daemon = try start()
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")

            try world.sandbox.control(
                "POST", "/faults", #"{"fault":"delay","path":"/v2/marketplace","method":"POST","delay_ms":4000}"#)
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "1h"])
            try eventually("Zoom to be asked") { try world.openRotations().first?["state"].string == "intended" }
            let filler = disk.outside("filler")
            try world.sandbox.standingStill {
                try eventually("the disk to be full") {
                    try SmallDisk.fill(filler)
                    return try world.keyturn(
                        "client", "add", "c\(UInt32.random(in: 0...9_999_999))", "--uid", "1", "--allow", "*:token"
                    )
                    .exit == 74
                }
            }
            let problem = try eventually("the answer to be in the spool") {
                try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "secret_in_spool"
                }
            }
            #expect(problem["detail"].string?.contains("spool/slot-1") == true && problem["app"].string == "zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            let file = try Files.bytes(disk.outside("state/spool/slot-1"))
            #expect(file.count == 64 << 10 && file.contains { $0 != 0 })

            daemon.child.signal(signal)
            let ending = try daemon.child.wait()
            #expect(signal == SIGKILL ? ending == .signal(SIGKILL) : ending == .exit(0), "\(ending)")
            _ = try? rotate.child.wait()
            if signal == SIGKILL {
                daemon = try start()
                let problem = try eventually("the answer to be told of by the next process") {
                    try world.keyturn("status", "--json").json["problems"].elements.first {
                        $0["code"].string == "secret_in_spool"
                    }
                }
                #expect(problem["detail"].string?.contains("spool/slot-1") == true)
                let shown = try eventually("the reason") {
                    try world.openRotations().first { $0["reason"].string?.contains("cannot be saved") == true }
                }
                #expect(shown["try"].string?.contains("free some space") == true, "\(shown)")
                daemon.child.signal(SIGKILL)
                _ = try daemon.child.wait()
            }
            try FileManager.default.removeItem(atPath: filler)
            daemon = try start()
            let new = try eventually("the new secret to be current") {
                try world.fetchedSecret().flatMap { $0 == app.secret ? nil : $0 }
            }
            #expect(try world.sandbox.accepts(new, of: app) && world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.rotationCalls() == 1 && world.history().map(\.["calls"].int) == [1])
            Needles(["new secret": new, "old secret": app.secret]).expectNone(in: file, "the spool file")
            try eventually("the file to be wiped") {
                try Files.bytes(disk.outside("state/spool/slot-1")).allSatisfy { $0 == 0 }
            }
            let problems = try world.keyturn("status", "--json").json["problems"].elements
            #expect(
                problems.allSatisfy { $0["code"].string?.hasPrefix("disk_") == true },
                "the disk is small, and nothing else")
            daemon.child.signal(SIGTERM)
            #expect(try daemon.outcome().exit == 0)
        }
    }

    @Test func `a spool file that no key opens is shown and not touched`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.stop()
            let slot = world.state + "/spool/slot-2"
            #expect(Files.look(slot)?.st_mode ?? 0 & 0o777 == 0o100600)
            try Data("KTSPOOL1 and no more".utf8).write(to: URL(filePath: slot))
            try world.start()
            let problem = try #require(try world.keyturn("status", "--json").json["problems"].elements.first)
            #expect(problem["code"].string == "spool_unclaimed")
            #expect(problem["detail"].string?.contains("spool/slot-2") == true && problem["try"].kind == .string)
            try world.must("rotate", "zoom-prod")
            #expect(try String(contentsOfFile: slot, encoding: .utf8) == "KTSPOOL1 and no more")
        }
    }
}
