import Confinement
import Domain
import Glibc
import HTTPTransport
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import Daemon
@testable import Maintenance

/// `alerts.channels`: what is read of it, and what is refused.
@Suite struct AlertChannelSettingsTests {
    private func read(_ channels: String, _ environment: [String: String] = [:]) throws -> [AlertChannelSettings] {
        let file = channels.isEmpty ? nil : "alerts:\n  channels:\n" + channels
        return try SettingsReader.read(file: file, named: "k.yaml", environment: environment).alertChannels
    }

    @Test func `each type has its members`() throws {
        let channels = try read(
            """
                page: {type: command, command: [/bin/page, 'a b'], timeout: 7}
                own: {type: webhook, url: 'https://example.com/x', least_severity: critical, ca_file: /ca}
                team: {type: slack, url_file: /slack}
                msteams: {type: teams, url_file: /teams}
                oncall: {type: pagerduty, routing_key_file: /key}
                europe: {type: pagerduty, routing_key_file: /key, url: 'https://events.eu.pagerduty.com/v2/enqueue'}
                mail: {type: smtp, url: 'smtp://mail.example.com', from: a@example.com, to: [b@example.com, c@example.com]}
                relay: {type: smtp, url: 'smtps://[::1]:4650', from: a@b, to: c@d, user: u, password_file: /p}
            """)
        #expect(
            channels.map(\.name.description) == ["page", "own", "team", "msteams", "oncall", "europe", "mail", "relay"])
        #expect(channels.map(\.type) == [.command, .webhook, .slack, .teams, .pagerduty, .pagerduty, .smtp, .smtp])
        #expect(channels.map(\.least).filter { $0 == .critical }.count == 1 && channels[1].caFile == "/ca")
        let words = try #require(CommandWords("/bin/page 'a b'"))
        #expect(channels[0].receiver == .command(words, timeout: 7))
        #expect(channels[2].receiver == .slack(.file("/slack")))
        #expect(
            try channels[4].receiver
                == .pagerDuty(EndpointURL("https://events.pagerduty.com/v2/enqueue"), keyFile: "/key"))
        guard case .mail(let mail) = channels[6].receiver, case .mail(let relay) = channels[7].receiver else {
            Issue.record("no mail")
            return
        }
        #expect(mail.server.description == "smtp://mail.example.com:587" && mail.server.security == .startTLS)
        #expect(mail.to.map(\.description) == ["b@example.com", "c@example.com"] && mail.login == nil)
        #expect(relay.server.security == .implicit && relay.login == .init(user: "u", passwordFile: "/p"))
    }

    @Test func `the variable takes the same YAML, and replaces all channels of the file`() throws {
        let environment = ["KEYTURN_ALERTS_CHANNELS": #"{"page": {"type": "command", "command": ["/bin/page"]}}"#]
        #expect(try read("    a: {type: slack, url_file: /s}\n", environment).map(\.name) == [.test("page")])
        #expect(try read("", environment).count == 1)
        let error = #expect(throws: StartError.self) { try read("", ["KEYTURN_ALERTS_CHANNELS": "{a: {type: fax}}"]) }
        #expect(
            error?.detail.hasPrefix("KEYTURN_ALERTS_CHANNELS, line 1: alerts.channels.a.type is not one of") == true)
    }

    @Test(arguments: [
        ("A: {type: slack}", "A is not a name"), ("a: slack", "a is not a mapping with a type"),
        ("a: {url: 'https://e'}", "a has no type"), ("a: {type: fax}", "a.type is not one of command, webhook, slack"),
        ("a: {type: slack}", "a has no url, and no url_file"),
        ("a: {type: slack, url: 'https://e', url_file: /f}", "a has a url and a url_file: use only one"),
        ("a: {type: slack, url: 'http://192.0.2.1/x'}", "a.url is not an https URL"),
        ("a: {type: slack, url_file: f}", "a.url_file is not an absolute path"),
        ("a: {type: slack, url_file: /f, least_severity: note}", "a.least_severity is not one of critical, warning"),
        ("a: {type: slack, url_file: /f, least: critical}", "a.least is not a setting of a channel of the type slack"),
        ("a: {type: slack, url_file: /f, routing_key_file: /k}", "a.routing_key_file is not a setting of a channel"),
        ("a: {type: pagerduty}", "a has no routing_key_file"), ("a: {type: command}", "a has no command"),
        ("a: {type: command, command: page}", "a.command is not a command"),
        ("a: {type: command, command: [/bin/page, [x]]}", "a.command is not a list of words"),
        ("a: {type: command, command: /bin/page, timeout: 61}", "a.timeout is not a whole number"),
        ("a: {type: command, command: /bin/page, ca_file: /c}", "a.ca_file is not a setting of a channel"),
        ("a: {type: smtp, from: a@b, to: c@d}", "a has no url"),
        ("a: {type: smtp, url: 'https://m', from: a@b, to: c@d}", "a.url is not smtp://HOST"),
        ("a: {type: smtp, url: 'smtp://m', to: c@d}", "a has no from"),
        ("a: {type: smtp, url: 'smtp://m', from: a@b, to: []}", "a has no to"),
        ("a: {type: smtp, url: 'smtp://m', from: 'A <a@b>', to: c@d}", "a.from is not a mail address"),
        ("a: {type: smtp, url: 'smtp://m', from: a@b, to: \"c@d\\r\\nBcc: e@f\"}", "a.to is not a mail address"),
        ("a: {type: smtp, url: 'smtp://m', from: a@b, to: c@d, user: u}", "a has no password_file"),
        ("a: {type: smtp, url: 'smtp://m', from: a@b, to: c@d, password_file: /p}", "a has no user"),
        ("a: {type: smtp, url: 'smtp://m', from: a@b, to: c@d, tls: none}", "a.tls can be none only on this machine"),
        ("a: {type: smtp, url: 'smtps://[::1]', from: a@b, to: c@d, tls: none}", "a.tls cannot be none with smtps"),
    ]) func `a mistake is named with its place`(_ channel: String, _ words: String) {
        let error = #expect(throws: StartError.self) { try read("    \(channel)\n") }
        #expect(error?.exitStatus == .configuration)
        #expect(error?.detail.hasPrefix("k.yaml, line 3: alerts.channels.\(words)") == true, "\(error?.detail ?? "")")
    }

    @Test func `a misspelt member is named with the nearest one`() {
        let error = #expect(throws: StartError.self) {
            try read("    a:\n      type: slack\n      url_fil: /f\n      url: 'https://e'\n")
        }
        #expect(error?.detail.hasPrefix("k.yaml, line 5: alerts.channels.a.url_fil ") == true)
        #expect(error?.hint == "did you mean url_file?")
    }

    @Test func `there are at most sixteen channels`() {
        let many = (0..<17).map { "    a\($0): {type: slack, url_file: /f}\n" }.joined()
        #expect(throws: StartError.self) { try read(many) }
    }

    @Test func `a secret is the first line of a file that nobody else can read`() throws {
        let directory = try TemporaryDirectory()
        func channel(_ mode: mode_t, _ content: String) throws -> AlertChannelSettings.Files {
            let path = directory.path + "/secret"
            unsafe unlink(path)
            try KeyFile.write(SecretBytes(copying: content), to: path, mode: mode)
            return try #require(try read("    a: {type: slack, url_file: \(path)}\n").first).readFiles(credentials: nil)
        }
        #expect(try channel(0o400, "https://hooks.slack.com/x\n").url == EndpointURL("https://hooks.slack.com/x"))
        #expect(try channel(0o600, "https://hooks.slack.com/x\r\nmore\n").url?.host == "hooks.slack.com")
        let open = #expect(throws: StartError.self) { try channel(0o644, "https://hooks.slack.com/x\n") }
        #expect(open?.exitStatus == .configuration && open?.detail.contains("others can read") == true)
        for content in ["\n", "ftp://plAnted/x\n", String(repeating: "x", count: 5000)] {
            let error = #expect(throws: StartError.self) { try channel(0o600, content) }
            #expect(error?.exitStatus == .configuration && error?.detail.contains("plAnted") == false)
        }
    }
}
