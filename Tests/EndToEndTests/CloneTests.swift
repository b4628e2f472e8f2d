import Foundation
import TestSupport
import Testing

/// A state directory that was copied to a second machine, with both running.
@Suite(.realProcesses) struct CloneTests {
    @Test func `a copied vault serves, and rotates nothing until it is adopted`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-one")
            try world.must("app", "set", "zoom-one", "--rotate-every", "1d")
            try world.must("rotate", "zoom-one", "--overlap", "1h")
            try world.stop()

            let clone = try World()
            defer { clone.close() }
            try FileManager.default.copyItem(atPath: world.state, toPath: clone.state)
            try FileManager.default.copyItem(atPath: world.keyFile, toPath: clone.keyFile)
            let machine = clone.directory + "/machine-id"
            try Data("fedcba9876543210fedcba9876543210\n".utf8).write(to: URL(filePath: machine))
            let clock = try TestClock(in: clone.directory)
            let calls = try world.sandbox.rotationCalls()
            try world.start()
            try clone.start(
                "--key-file", clone.keyFile,
                environment: clock.environment.merging(["KEYTURN_HOST_ID_FILE": machine]) { $1 })

            #expect(try clone.fetchedSecret("zoom-one") == world.fetchedSecret("zoom-one"))
            #expect(try clone.problems().first == "vault_elsewhere")
            #expect(!(try world.problems().contains("vault_elsewhere")))
            let open = try clone.openRotations()
            let mints = try world.sandbox.mints(of: app)
            clock.pass(3 * 86_400)
            for arguments in [["rotate", "zoom-one"], ["rotation", "resume", open[0]["id"].string ?? ""]] {
                let outcome = try clone.runner.run(Programs.keyturn, arguments)
                #expect(outcome.exit == 75 && outcome.complains() && outcome.errors.contains("keyturn adopt"))
            }
            // The scheduler looked at what fell due in these days: it has probed the secret.
            try eventually("a probe") { try world.sandbox.mints(of: app) > mints }
            #expect(try clone.openRotations().first?["state"].string == "draining")
            #expect(try world.sandbox.rotationCalls() == calls && world.sandbox.accepts(app.secret, of: app))

            try world.stop()
            #expect(try clone.keyturn("adopt").exit == 64, "it asks first")
            try clone.must("adopt", "--yes")
            #expect(!(try clone.problems().contains("vault_elsewhere")))
            try eventually("the rotation to go on") { try world.sandbox.rotationCalls() > calls }
            // And now it is the other one that is the copy.
            try clone.stop()
            try FileManager.default.removeItem(atPath: world.state)
            try FileManager.default.copyItem(atPath: clone.state, toPath: world.state)
            try world.start()
            #expect(try world.problems().contains("vault_elsewhere"))
        }
    }
}
