import Foundation
import TestSupport
import Testing

/// Sockets that systemd listens at, and the life signs that it wants.
@Suite(.realProcesses) struct ActivationTests {
    @Test(arguments: ["agent:admin", "admin:agent"])
    func `both sockets are taken over from systemd`(_ names: String) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let activator = try Activator(world, names)
            let before = try eventually("the sockets") { Files.inode(world.agent) }
            let app = try world.addApp("zoom-prod")
            try world.admitEverything()
            #expect(try world.fetchedSecret() == app.secret)
            #expect(Files.mode(world.agent) == 0o666 && Files.mode(world.admin) == 0o600)
            try activator.end()
            #expect(
                Files.inode(world.agent) == before && Files.isSocket(world.admin),
                "they are not the daemon's to take away")
            #expect(try activator.lines.last == "ended 0")
        }
    }

    /// Whoever comes while there is no daemon is answered by the next one.
    @Test func `a restart refuses no client`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let activator = try Activator(world)
            try world.addApp("zoom-prod", verify: false)
            try world.admitEverything()
            let inode = Files.inode(world.agent)
            for signal in [SIGTERM, SIGKILL] {
                let pid = try activator.daemon()
                let count = try activator.lines.count
                kill(pid, signal)
                try eventually("its end") { try activator.lines.count > count }
                let answers = try Crowd.ask(20, request("GET", "/v1/apps/zoom-prod/credentials"), at: world.agent)
                #expect(answers.allSatisfy { $0.status == 200 })
                #expect(try activator.daemon(after: pid) != pid && Files.inode(world.agent) == inode)
            }
            try activator.end()
        }
    }

    @Test func `a socket that systemd does not pass is created`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let activator = try Activator(world, "agent")
            #expect(try eventually("the admin socket") { try? world.keyturn("status") }?.exit != nil)
            try eventually("the daemon to answer") { try world.keyturn("status").exit == 0 }
            try activator.end()
            #expect(Files.isSocket(world.agent) && !Files.exists(world.admin))
        }
    }

    @Test func `a socket that is open to more users than configured is refused`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let activator = try Activator(world, mode: 0o666, environment: ["KEYTURN_AGENT_MODE": "0600"])
            let end = try eventually("the daemon to refuse") { try activator.lines.last { $0.hasPrefix("ended ") } }
            #expect(end == "ended 78")
            #expect(try activator.log.contains("  try: SocketMode=0600 in keyturn-agent.socket"))
            try activator.end()
        }
    }

    @Test func `the watchdog is notified as long as the daemon lives`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let path = world.directory + "/notify"
            let listener = try DatagramSocket(at: path)
            try world.start(environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "400000"])
            #expect(listener.next() == "READY=1")
            for _ in 0..<5 { #expect(listener.next() == "WATCHDOG=1") }
            let daemon = try world.daemon.child
            daemon.signal(SIGSTOP)
            try eventually("it to stand still") { try Self.state(of: daemon.pid) == "T" }
            while listener.next(seconds: 0) != nil {}
            daemon.signal(SIGCONT)
            #expect(listener.next() == "WATCHDOG=1")
            daemon.signal(SIGTERM)
            let last = try eventually("it to stop") { listener.next().flatMap { $0 == "STOPPING=1" ? $0 : nil } }
            #expect(last == "STOPPING=1")
        }
    }

    /// The letter that the kernel has for what a process does.
    private static func state(of pid: pid_t) throws -> String? {
        let line = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return line.lastIndex(of: ")").map { String(line[$0...].dropFirst(2).prefix(1)) }
    }
}
