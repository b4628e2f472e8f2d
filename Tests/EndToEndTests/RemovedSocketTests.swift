import Foundation
import TestSupport
import Testing

/// Sockets that somebody removes under a daemon that goes on.
@Suite(.realProcesses) struct RemovedSocketTests {
    @Test func `a socket that the daemon created is created again, and connected clients stay connected`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start("--key-file", world.keyFile, "--log-level", "notice")
            let kept = try Connection(to: world.agent)
            try FileManager.default.removeItem(atPath: world.runtime)
            try eventually("both sockets again") {
                try Files.isSocket(world.agent) && Files.isSocket(world.admin) && world.keyturn("status").exit == 0
            }
            #expect(Files.mode(world.agent) == 0o666 && Files.mode(world.admin) == 0o600)
            #expect(Files.mode(world.runtime + "/admin") == 0o700)
            try kept.send(request("GET", "/v1/health"))
            #expect(try kept.answer().status == 200)
            #expect(
                try world.keyturn("doctor", "--json").json["checks"].elements.contains {
                    $0["check"].string == "unlock"
                })

            // They are this daemon's as before: another one is kept off.
            let other = ["serve", "--key-file", world.keyFile, "--state-dir", world.directory + "/other"]
            let made = [
                "init", "--key-file", world.keyFile, "--use-existing-key", "--state-dir", world.directory + "/other",
            ]
            #expect(try world.runner.run(Programs.keyturnd, made).exit == 0)
            #expect(try world.runner.run(Programs.keyturnd, other).exit == 75)

            try FileManager.default.removeItem(atPath: world.agent)
            try eventually("the agent socket again") { (try? Connection(to: world.agent)) != nil }
            let log = try world.stop()
            #expect(log.exit == 0 && !Files.exists(world.agent) && !Files.exists(world.admin))
            let agent = "the socket \(world.agent) was removed, and was created again"
            #expect(log.errors.split(separator: agent).count == 3, "told once each time: \(log)")
        }
    }

    @Test func `a socket of systemd's is named with the command that brings it back`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let activator = try Activator(world)
            try eventually("the daemon to answer") { try world.keyturn("status").exit == 0 }
            try FileManager.default.removeItem(atPath: world.agent)
            let words = "the socket \(world.agent), which belongs to systemd, was removed"
            try eventually("the log to say so") { try activator.log.contains(words) }
            #expect(
                try activator.log.contains(
                    "try: systemctl restart keyturn-agent.socket keyturn-admin.socket keyturnd.service"))
            #expect(try world.diagnosis(expecting: 65)["agent_socket"] == "failed")
            let status = try world.keyturn("status", "--json").json["problems"].elements.first
            #expect(status?["code"].string == "socket_gone" && status?["severity"].string == "critical")

            try FileManager.default.removeItem(atPath: world.admin)
            try eventually("the log to say it of the other") {
                try activator.log.contains("\(world.admin), which belongs to systemd")
            }
            #expect(try activator.log.split(separator: words).count == 2, "once, and not each second")
            let doctor = try world.keyturn("doctor")
            #expect(doctor.exit == 65, "\(doctor)")
            #expect(doctor.output.hasPrefix("failed   daemon: a daemon serves the vault, but cannot be reached"))
            try activator.end()
        }
    }
}
