import Foundation
import TestSupport
import Testing

/// `keyturn.yaml` and the environment: what is wrong is named, and nothing is guessed.
@Suite(.realProcesses) struct ConfigurationTests {
    @Test(arguments: [
        ("unlock:\n  key_fil: /etc/key\n", ["unlock.key_fil", "unlock.key_file"]),
        ("agent:\n  mod: '0600'\n", ["agent.mod", "agent.mode"]), ("agent.mod: '0600'\n", ["agent.mod", "agent.mode"]),
        ("servers:\n  idle_timeout: 5\n", ["servers.idle_timeout", "server.idle_timeout"]),
        ("log:\n  level: loud\n", ["log.level", "debug, info, notice, warning, error"]),
        ("agent:\n  mode: '0999'\n", ["agent.mode", "octal"]), ("agent:\n  mode: '4777'\n", ["agent.mode"]),
        ("server:\n  idle_timeout: 0\n", ["server.idle_timeout", "1 to"]),
        ("server:\n  idle_timeout: soon\n", ["server.idle_timeout", "whole number of seconds"]),
        ("audit:\n  reserve: 64MiB\n", ["audit.reserve", "whole number of MiB from 0"]),
        ("server:\n  event_loops: 1.5\n", ["server.event_loops"]),
        ("unlock:\n  key_file: key\n", ["unlock.key_file", "absolute"]),
        ("agent:\n  group: no-such-group-here\n", ["agent.group", "no-such-group-here"]),
        ("zoom:\n  ca_file: /nowhere/ca.pem\n", ["zoom.ca_file"]), ("server: 5\n", ["server"]),
        ("server: [1, 2]\n", ["server"]),
        ("log:\n  level: info\nlog:\n  level: debug\n", ["log"]),
        ("- a\n- b\n", ["keyturn.yaml"]), ("just words\n", ["keyturn.yaml"]), ("a: [\n", ["keyturn.yaml"]),
        ("%NUL%", ["keyturn.yaml"]),
    ]) func `a mistake in the file ends with 78 and is named`(_ text: String, _ words: [String]) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try Data(text.replacing("%NUL%", with: "\0").utf8).write(to: URL(filePath: world.configuration))
            let outcome = try world.refusal()
            #expect(outcome.exit == 78 && outcome.complainsAtLast)
            for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
        }
    }

    @Test func `the file is read, and the environment comes before it`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let text = "unlock:\n  key_file: \(world.keyFile)\nagent:\n  mode: \"0660\"\nlog:\n  level: warning\n"
            try Data(text.utf8).write(to: URL(filePath: world.configuration))
            // A flag that changes nothing, so that the harness adds no key file.
            try world.start("--config", world.configuration)
            #expect(world.isHealthy && Files.mode(world.agent) == 0o660)
            #expect(try world.stop().errors.isEmpty, "nothing to warn of")

            let environment = ["KEYTURN_AGENT_MODE": "0600", "KEYTURN_LOG_LEVEL": "info"]
            try world.start("--config", world.configuration, environment: environment)
            #expect(Files.mode(world.agent) == 0o600)
            #expect(try world.stop().errors.contains("notice ready"))

            try world.start("--log-level", "error", "--key-file", world.keyFile, environment: environment)
            let quiet = try world.stop()
            #expect(quiet.errors.isEmpty, "a flag comes before the environment: \(quiet)")
        }
    }

    @Test(arguments: [
        ("KEYTURN_AGENT_MODE", "rw-rw-rw-"), ("KEYTURN_SERVER_IDLE_TIMEOUT", "-1"), ("KEYTURN_LOG_LEVEL", "trace"),
        ("KEYTURN_ZOOM_REFUSALS_PER_HOUR", "0"), ("KEYTURN_SERVER_MAX_CONNECTIONS", "many"),
        ("KEYTURN_UNLOCK_KEY_FILE", "relative/key"),
    ]) func `a mistake in the environment ends with 78 and is named`(_ name: String, _ value: String) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let outcome = try world.keyturnd("serve", "--key-file", world.keyFile, environment: [name: value])
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd") && outcome.errors.contains(name))
        }
    }

    @Test func `a file named by --config must exist`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let missing = world.directory + "/missing.yaml"
            let flag = try world.keyturnd("serve", "--key-file", world.keyFile, "--config", missing)
            #expect(flag.exit == 78 && flag.complains(as: "keyturnd") && flag.errors.contains(missing))
            let variable = try world.keyturnd(
                "serve", "--key-file", world.keyFile, environment: ["KEYTURN_CONFIG": missing])
            #expect(variable.exit == 78 && variable.complains(as: "keyturnd") && variable.errors.contains(missing))
        }
    }

    @Test func `a runtime directory that makes the sockets' paths too long is named`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let long = world.directory + "/" + String(repeating: "d", count: 90)
            let outcome = try world.keyturnd("serve", "--key-file", world.keyFile, "--runtime-dir", long)
            #expect(outcome.exit == 78 && outcome.complainsAtLast && outcome.errors.contains("--runtime-dir"))
            let client = try world.keyturn("status", "--runtime-dir", long)
            #expect(client.exit == 78 && client.complains())
        }
    }

    @Test func `the flags come before the environment`() throws {
        try withWorld(serving: false) { world in
            let state = world.directory + "/elsewhere"
            let runtime = world.directory + "/sockets"
            #expect(try world.keyturnd("init", "--state-dir", state, "--key-file", world.keyFile).exit == 0)
            #expect(Files.exists(state + "/vault.db") && !Files.exists(world.vault))
            let daemon = try world.runner.start(
                Programs.keyturnd,
                ["serve", "--state-dir", state, "--runtime-dir", runtime, "--key-file", world.keyFile])
            try eventually("the daemon to answer") {
                try world.keyturn("status", "--runtime-dir", runtime).exit == 0
            }
            daemon.child.signal(SIGTERM)
            #expect(try daemon.outcome().exit == 0)
        }
    }
}
