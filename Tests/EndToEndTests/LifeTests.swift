import Foundation
import TestSupport
import Testing

/// The daemon's coming and going.
@Suite(.realProcesses) struct LifeTests {
    @Test func `a restart mints nothing`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let token = try world.get("/v1/apps/zoom-prod/token").json["access_token"].string
            #expect(try world.sandbox.mints() == 1)
            for end in [{ try world.crash() }, { _ = try world.stop() }] {
                try end()
                try world.start()
                #expect(try world.get("/v1/apps/zoom-prod/token").json["access_token"].string == token)
            }
            #expect(try world.sandbox.mints() == 1)
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `the daemon ends with zero and removes its sockets`(on signal: Int32) throws {
        try withWorld { world in
            let silent = try Connection(to: world.agent)
            let half = try Connection(to: world.admin)
            try half.send("GET /v1/sta")
            try world.daemon.child.signal(signal)
            #expect(try world.daemon.outcome().exit == 0)
            #expect(!Files.exists(world.agent) && !Files.exists(world.admin))
            #expect(silent.isClosed() && half.isClosed())
        }
    }

    @Test func `the daemon finishes requests under way before it ends`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("delay", #","delay_ms":1500"#)
            let waiting = try Connection(to: world.agent)
            try waiting.send(request("GET", "/v1/apps/zoom-prod/token"))
            try eventually("the request to reach zoom") { try world.sandbox.mints(of: app) == 1 }
            let outcome = try world.stop()
            #expect(outcome.exit == 0)
            #expect(try waiting.answer().status == 200)
        }
    }

    @Test func `the daemon replaces the sockets of one that was killed`() throws {
        try withWorld { world in
            try world.crash()
            let before = Files.inode(world.agent)
            #expect(Files.isSocket(world.agent) && Files.isSocket(world.admin))
            let refused = try world.keyturn("status")
            #expect(refused.exit == 69 && refused.complains() && refused.errors.contains("not running"))
            try world.start()
            #expect(world.isHealthy && Files.inode(world.agent) != before)
            #expect(try Files.names(world.runtime + "/agent") == ["agent.sock"])
        }
    }

    @Test func `a second daemon is refused and harms nothing`() throws {
        try withWorld { world in
            let inodes = [Files.inode(world.agent), Files.inode(world.admin)]
            let same = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(same.exit == 75 && same.complains(as: "keyturnd"))

            let other = world.directory + "/other"
            let made = try world.keyturnd(
                "init", "--key-file", world.keyFile, "--use-existing-key", "--state-dir", other)
            #expect(made.exit == 0)
            let sockets = try world.keyturnd("serve", "--key-file", world.keyFile, "--state-dir", other)
            #expect(sockets.exit == 75 && sockets.errors.contains("--runtime-dir"))
            #expect([Files.inode(world.agent), Files.inode(world.admin)] == inodes)
            #expect(world.isHealthy)
        }
    }

    @Test func `another file at the socket's path does not keep the daemon from starting`() throws {
        try withWorld { world in
            try world.stop()
            try Data("left behind".utf8).write(to: URL(filePath: world.agent))
            let victim = world.directory + "/victim"
            try Data("mine".utf8).write(to: URL(filePath: victim))
            try FileManager.default.createSymbolicLink(atPath: world.admin, withDestinationPath: victim)
            try world.start()
            #expect(world.isHealthy && Files.isSocket(world.agent) && Files.isSocket(world.admin))
            #expect(try Files.bytes(victim) == Data("mine".utf8))
        }
    }

    @Test func `the daemon leaves alone at its end what is not its own`() throws {
        try withWorld { world in
            for path in [world.agent, world.admin] {
                try FileManager.default.removeItem(atPath: path)
                try Data("somebody's".utf8).write(to: URL(filePath: path))
            }
            #expect(try world.stop().exit == 0)
            for path in [world.agent, world.admin] { #expect(try Files.bytes(path) == Data("somebody's".utf8)) }
        }
    }

    @Test func `the daemon tells systemd that it is ready`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let path = world.directory + "/notify"
            let listener = try DatagramSocket(at: path)
            try world.start(environment: ["NOTIFY_SOCKET": path])
            #expect(listener.next() == "READY=1")
            try world.stop()
            #expect(listener.next() == "STOPPING=1")
        }
    }

    @Test func `the daemon unlocks with the credential of systemd`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let credentials = world.directory + "/credentials"
            try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: world.keyFile, toPath: credentials + "/keyturn.key")
            try world.start("--log-level", "info", environment: ["CREDENTIALS_DIRECTORY": credentials])
            #expect(world.isHealthy)
        }
    }
}
