import Domain
import HTTPTransport
import PingFederate
import SecretMemory
import TestSupport
import Testing

/// Whatever a failure tells an operator to type, the command takes.
@Suite(.realProcesses) struct ConsoleHintTests {
    private static func parties() throws -> [Counterpart] {
        let url = try EndpointURL("https://as.example.com/token")
        let logins: [ConsoleAccess.Login] = [
            .basic(user: "u", password: SecretBox("p")),
            .clientCredentials(.init(tokenURL: url, clientID: "c", secret: SecretBox("s"))),
            .certificate(.init(certificates: "PEM", key: SecretBox("k"))),
        ]
        var parties: [Counterpart] = []
        for address in [
            "https://c.example.com:9999", "https://lb.example.com/pf", "https://c.example.com/pingfederate",
        ] {
            for login in logins {
                for trust in [TLSOptions.Trust.standard, .certificate { _ in true }] {
                    let api = try ConsoleAccess.api(of: EndpointURL(address))
                    let access = ConsoleAccess(api: api, login: login, trust: trust)
                    for var party in [
                        Counterpart(.console, of: access, at: api), Counterpart(.tokenEndpoint, of: access, at: url),
                    ] {
                        for call in [Counterpart.Call.look, .save, .replication] {
                            party.call = call
                            parties.append(party)
                        }
                    }
                }
            }
        }
        return parties
    }

    /// The options that follow `target set console` in a hint, each with its value.
    private static func commands(in hint: String) -> [[String]] {
        let option = #/--[a-z-]+(?: (?:[A-Z][A-Z0-9]+|https?:\/\/[^\s;,)]+|on-save|full|none))?/#
        return hint.split(separator: "keyturn target set console ").dropFirst().flatMap { rest in
            var (commands, left) = ([[String]](), rest)
            while let found = left.prefixMatch(of: option) {
                let words = found.output.split(separator: " ").map(String.init)
                left = left[found.range.upperBound...]
                commands.isEmpty ? commands.append(words) : commands[commands.count - 1].append(contentsOf: words)
                // An alternative is another command.
                if left.hasPrefix(" or --") {
                    commands.append([])
                    left = left.dropFirst(4)
                } else if left.hasPrefix(" --") {
                    left = left.dropFirst(1)
                }
            }
            return commands
        }
    }

    @Test func `each option that a hint names is accepted`() throws {
        var advised: Set<[String]> = []
        for party in try Self.parties() {
            for cause in ConsoleCause.allCases {
                let hint = ConsoleFailure(.needsFix, cause, detail: "connect timed out", of: party).hint(of: "console")
                let found = Self.commands(in: hint)
                #expect(found.isEmpty == !hint.contains("target set console"), "\(hint)")
                #expect(found.allSatisfy { !$0.isEmpty }, "\(hint)")
                advised.formUnion(found)
            }
        }
        #expect(advised.count >= 10)
        #expect(advised.contains(["--bypass-external-validation"]) && advised.contains(["--pin", "SHA256"]))
        try withWorld(serving: false) { world in
            for options in advised.union([["--replicate", "full"], ["--replicate", "none"]]) {
                // Without a daemon: the command line is taken, and then nobody is there. A wrong one is 64.
                let outcome = try world.runner.run(Programs.keyturn, ["target", "set", "console"] + options)
                #expect(outcome.exit == 69, "\(options): \(outcome)")
            }
            #expect(try world.keyturn("target", "set", "console", "--no-such-option").exit == 64)
        }
    }
}
