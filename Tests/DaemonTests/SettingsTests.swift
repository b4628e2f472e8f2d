import Confinement
import Domain
import Maintenance
import SocketAPI
import Testing

@testable import Daemon

@Suite struct SettingsTests {
    private func read(_ file: String?, _ environment: [String: String] = [:]) throws -> Settings {
        try SettingsReader.read(file: file, named: "keyturn.yaml", environment: environment)
    }

    @Test func `a setting that is not set has its default`() throws {
        #expect(try read(nil) == Settings())
        #expect(try read("") == Settings())
        #expect(try read("# only a comment\n") == Settings())
    }

    @Test func `the file is read, nested and as dotted keys`() throws {
        let settings = try read("unlock:\n  key_file: /etc/keyturn/key\nagent:\n  mode: 0660\nserver.event_loops: 4\n")
        #expect(settings.keyFile == "/etc/keyturn/key")
        #expect(settings.agentMode == 0o660)
        #expect(settings.eventLoops == 4)
    }

    @Test func `the environment comes before the file`() throws {
        let settings = try read("zoom:\n  refusals_per_hour: 3\n", ["KEYTURN_ZOOM_REFUSALS_PER_HOUR": "7"])
        #expect(settings.refusalsPerHour == 7)
    }

    @Test func `half of the connections are left to clients that do not wait`() throws {
        #expect(Settings().mostWaiting == 2048)
        #expect(try read("server:\n  max_connections: 100\n").mostWaiting == 50)
        #expect(try read("server:\n  max_waiting: 7\n").mostWaiting == 7)
        #expect(try read("server:\n  max_waiting: 0\n").mostWaiting == 0)
    }

    @Test func `every setting has a variable, and reads it`() throws {
        let values = [
            "unlock.key_file": "/k", "unlock.command": "/bin/cat 'a b'", "unlock.command_timeout": "7",
            "agent.mode": "0600", "agent.group": "g", "zoom.ca_file": "/c",
            "zoom.refusals_per_hour": "9", "server.event_loops": "3", "server.idle_timeout": "7",
            "server.max_connections": "70", "server.max_waiting": "7", "server.max_connections_per_user": "7",
            "limits.requests_per_second": "5", "admin.viewer_group": "v", "admin.auditor_group": "u",
            "admin.operator_group": "o",
            "admin.admin_group": "a", "log.level": "debug", "host.id_file": "/m", "audit.sync": "always",
            "metrics.listen": "[::1]:9464", "alerts.channels": "{a: {type: command, command: /bin/page}}",
            "audit.refusals_per_day": "5", "audit.reserve": "0",
            "audit.forward": "journal", "audit.forward_ca_file": "/f",
            "audit.forward_client_cert_file": "/cc", "audit.forward_client_key_file": "/ck",
            "store": "postgresql:///keyturn",
            "store_password_file": "/p",
        ]
        #expect(Set(values.keys) == Set(Settings.names))
        for (key, value) in values {
            #expect(try read(nil, [SettingsReader.variable(for: key): value]) != Settings(), "\(key)")
        }
    }

    @Test(
        arguments: [
            ("journal", .journal), ("syslog+tls://loghost", .syslog(host: "loghost", port: 6514)),
            ("syslog+tls://loghost:443", .syslog(host: "loghost", port: 443)),
            ("syslog+tls://[::1]:7000", .syslog(host: "[::1]", port: 7000)),
            ("syslog+tls://", nil), ("syslog://loghost", nil), ("syslog+tls://a/b", nil), ("syslog+tls://u@a", nil),
            ("syslog+tls://a:0", nil), ("Journal", nil), ("", nil),
        ] as [(String, AuditForward?)])
    func `the audit log goes to the journal, or to a syslog server over TLS`(text: String, meant: AuditForward?) {
        #expect(AuditForward(text) == meant)
    }

    @Test func `a misspelt key is named with the nearest known one`() throws {
        let error = #expect(throws: StartError.self) { try read("# a comment\nunlock:\n  keyfile: /k\n") }
        #expect(error?.exitStatus == .configuration)
        #expect(error?.detail == "keyturn.yaml, line 3: unlock.keyfile is not a setting")
        #expect(error?.hint == "did you mean unlock.key_file?")
    }

    @Test(arguments: [
        ("log:\n  level: [\n", " is not valid YAML: did not find expected node content (line 3, column 1)"),
        ("log.level: info\n---\nlog.level: info\n", " has a second document (line 2, column 1)"),
        ("log:\n  level: info\nlog:\n  level: debug\n", " has the key log twice (line 3, column 1)"),
        ("log.level: info\nlog:\n  level: info\n", ", line 3: log.level occurs twice"),
        ("? [a]\n: b\n", " has a key that is not a word (line 1, column 3)"),
        ("\"a\\nb\": c\n", " has a key that is not a word (line 1, column 1)"),
        ("a: " + String(repeating: "[", count: 40), " is nested too deep (line 1, column 19)"),
        ("log: &one\n  level: info\n", " has an anchor, an alias or a tag, which is not accepted (line 1, column 6)"),
        ("log: *one\n", " has an anchor, an alias or a tag, which is not accepted (line 1, column 6)"),
        (
            "log:\n  level: !vault info\n",
            " has an anchor, an alias or a tag, which is not accepted (line 2, column 10)"
        ),
    ])
    func `YAML that settings do not need is refused with its line`(file: String, words: String) {
        let error = #expect(throws: StartError.self) { try read(file) }
        #expect(error?.exitStatus == .configuration && error?.detail == "keyturn.yaml" + words)
    }

    @Test func `a document without a value sets nothing`() throws {
        for file in ["---\n", "~\n", "null\n", "{}\n", "--- \n...\n"] { #expect(try read(file) == Settings()) }
        #expect(throws: StartError.self) { try read("'null'\n") }
    }

    @Test func `a command may be a list of words`() throws {
        #expect(try read("unlock:\n  command: [/bin/page, 'a b']\n").unlockCommand == CommandWords("/bin/page 'a b'"))
    }

    @Test(arguments: [
        "agent:\n  mode: 999", "agent:\n  mode: 07777", "zoom:\n  refusals_per_hour: 0", "server:\n  event_loops: many",
        "log:\n  level: loud", "unlock:\n  key_file: relative", "- a\n- b", "unlock:\n  key_file: [a, b]", "a: b: c",
        "just text",
    ])
    func `an impossible value is refused by name`(file: String) {
        let error = #expect(throws: StartError.self) { try read(file) }
        #expect(error?.exitStatus == .configuration)
    }
}
