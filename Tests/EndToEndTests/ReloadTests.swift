import Foundation
import TestSupport
import Testing

/// SIGHUP: the settings are read again, and the vault stays open.
@Suite(.realProcesses) struct ReloadTests {
    private static func write(_ text: String, _ world: World) throws {
        try Data(text.utf8).write(to: URL(filePath: world.configuration))
    }

    /// A command for alerts that keeps what it gets.
    private static func keeper(_ name: String, _ world: World) -> String {
        "alerts:\n  channels:\n    file: {type: command, command: [/bin/sh, -c, 'cat >> \(world.heard)/\(name)']}\n"
    }

    private static func log(_ daemon: Running) throws -> String {
        try String(contentsOfFile: daemon.errors, encoding: .utf8)
    }

    private static func reload(_ world: World, until words: String) throws {
        let daemon = try world.daemon
        daemon.child.signal(SIGHUP)
        try eventually("the log to say '\(words)'") { try log(daemon).contains(words) }
    }

    @Test func `alerts and the log level change without a restart`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try Self.write("log:\n  level: notice\n" + Self.keeper("first", world), world)
            try world.start("--key-file", world.keyFile, "--config", world.configuration)
            try world.must("alert", "test")
            #expect(Files.exists(world.heard + "/first"))

            try Self.write("log:\n  level: debug\n" + Self.keeper("second", world), world)
            try Self.reload(world, until: "the settings were read again changed=\"alerts.channels, log.level\"")
            try world.must("alert", "test")
            #expect(Files.exists(world.heard + "/second"))

            try Self.write("log:\n  level: error\n" + Self.keeper("third", world), world)
            try world.daemon.child.signal(SIGHUP)
            try eventually("an alert to go to the third") {
                try world.must("alert", "test")
                return Files.exists(world.heard + "/third")
            }
            #expect(
                try Self.log(world.daemon).split(separator: "the settings were read again").count == 2, "it is quiet")
            #expect(try world.daemon.child.isRunning && world.isHealthy)
        }
    }

    @Test func `a mistake changes nothing and is named`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try Self.write(Self.keeper("first", world), world)
            try world.start("--key-file", world.keyFile, "--config", world.configuration)
            for (text, words) in [
                ("alerts:\n  chanels: a\n", "alerts.chanels is not a setting"),
                ("log: [\n", "is not valid YAML"),
                (Self.keeper("second", world) + "    hook: {type: webhook}\n", "alerts.channels.hook has no url"),
                // A restart could not carry these out, though only a restart would look at them.
                (
                    Self.keeper("second", world) + "agent:\n  group: no-such-group\n",
                    "there is no group 'no-such-group'"
                ),
                (Self.keeper("second", world) + "zoom:\n  ca_file: /nowhere/ca.pem\n", "cannot read /nowhere/ca.pem"),
            ] {
                try Self.write(text, world)
                try Self.reload(world, until: words)
            }
            #expect(try Self.log(world.daemon).contains("the settings are unchanged"))
            try world.must("alert", "test")
            #expect(Files.exists(world.heard + "/first") && !Files.exists(world.heard + "/second"))
            #expect(world.isHealthy)
        }
    }

    /// A vault that was unlocked by hand would be locked after a restart.
    @Test func `a setting that needs a restart is named, and the vault stays open`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try Self.write("server:\n  event_loops: 3\nagent:\n  mode: '0600'\n", world)
            try Self.reload(world, until: "these settings wait for a restart keys=\"agent.mode, server.event_loops\"")
            #expect(try world.fetchedSecret() == app.secret)
        }
    }

    /// What the daemon has given up no settings bring back.
    @Test func `a new command waits for a restart`() throws {
        try withWorld { world in
            try Self.write(Self.keeper("first", world) + "log:\n  level: debug\n", world)
            try Self.reload(world, until: "these settings wait for a restart keys=alerts.channels")
            let log = try Self.log(world.daemon)
            #expect(log.contains("can no longer start programs") && log.contains("changed=log.level"), "\(log)")
            #expect(try world.must("alert", "test", "--json").json["channels"].elements.isEmpty == true)
            #expect(!Files.exists(world.heard + "/first"))
            try world.stop()
            try world.start()
            try world.must("alert", "test")
            #expect(Files.exists(world.heard + "/first"))
        }
    }

    @Test func `systemd is notified of the beginning and the end of a reload`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let path = world.directory + "/notify"
            let listener = try DatagramSocket(at: path)
            try world.start(environment: ["NOTIFY_SOCKET": path])
            #expect(listener.next() == "READY=1")
            try world.daemon.child.signal(SIGHUP)
            #expect(listener.next()?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
            #expect(listener.next() == "READY=1")
        }
    }
}
