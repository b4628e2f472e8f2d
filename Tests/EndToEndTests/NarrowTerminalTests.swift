import Foundation
import TestSupport
import Testing

/// Everything that is shown fits a terminal of 80 columns, however long the names are; and nothing that is there to be
/// copied is cut or broken.
@Suite(.realProcesses) struct NarrowTerminalTests {
    private let long = String(repeating: "a-long-name", count: 5) + "-of-62."

    /// What a terminal of 80 columns shows, without colours. Lines that are too long are named.
    @discardableResult
    private func shown(_ arguments: [String], _ world: World, exit: Int32 = 0) throws -> String {
        let outcome = try world.atTerminal(arguments, answering: [], columns: 80)
        let text = outcome.output.replacing(#/\u{1B}\[[0-9;]*[A-Za-z]/#, with: "")
        #expect(outcome.exit == exit, "\(arguments): \(outcome)")
        for line in text.split(whereSeparator: \.isNewline) {
            // A line of progress is drawn again and again from its beginning.
            let last = line.split(separator: "\r").last ?? ""
            #expect(last.count <= 80, "\(arguments.joined(separator: " ")), \(last.count) columns: \(last)")
        }
        return text
    }

    @Test func `commands show long names whole, in lines of at most 80 columns`() throws {
        try withWorld { world in
            try world.addApp(long)
            try world.must("app", "set", long, "--rotate-every", "30d", "--window", "Sun 02:00-04:00; Mon 02:00-04:00")
            try world.must(
                "client", "add", long, "--uid", "\(geteuid())", "--foreign", "--allow", "\(long):credentials,token",
                "other-\(long.prefix(50)):credentials")
            try world.must("client", "remove", "tests", "--yes")
            #expect(try world.get("/v1/apps/\(long)/credentials").status == 200)
            let rotation = try world.must("rotate", long, "--overlap", "1d", "--json").json["id"].string ?? ""
            try world.awaitReceipt(of: long)
            let commands = [
                ["status"], ["status", long], ["calendar"], ["app", "list"], ["app", "show", long],
                ["app", "verify", long],
                ["client", "list"], ["client", "show", long], ["explain", "--app", long, "--uid", "\(geteuid())"],
                ["rotation", "list"], ["rotation", "show", long], ["history", long], ["holders", long],
                ["key", "list"],
                ["alert", "list"], ["audit", "tail", "-n", "100"], ["audit", "show", "--app", long], ["token", long],
                ["rotate", long, "--now", "--dry-run"], ["explain-error"], ["explain-error", "rotation_blocked"],
                ["backup", world.directory + "/\(long)"], ["--version"],
            ]
            for arguments in commands {
                let text = try shown(arguments, world)
                let isNameless = ["key", "--version", "explain-error", "alert", "status", "history"].contains(
                    arguments[0])
                #expect(isNameless || arguments.contains("verify") || text.contains(long), "\(arguments): \(text)")
            }
            #expect(try shown(["rotation", "show", long], world).contains(rotation))
            #expect(try shown(["doctor"], world).contains("policies:"))
        }
    }

    @Test func `targets with long names and addresses are shown whole`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.addTarget(console, name: long)
            try world.must("target", "push", long)
            for arguments in [
                ["target", "list"], ["target", "show", long], ["target", "test", long], ["status", "zoom-prod"],
            ] {
                let text = try shown(arguments, world)
                #expect(text.contains(long) || arguments.contains("test"), "\(arguments)")
            }
        }
    }

    /// The help of each command, and its examples as a shell would read them.
    @Test func `help fits, and its examples can be pasted`() throws {
        try withWorld(serving: false) { world in
            var helps = 0
            func look(_ node: [String: Any], _ program: String, behind path: [String]) throws {
                guard let name = node["commandName"] as? String, name != "help" else { return }
                let words = path + [name]
                let arguments = Array(words.dropFirst()) + ["--help"]
                let help = try world.runner.run(program, arguments)
                for line in help.output.split(separator: "\n") {
                    #expect(line.count <= 80, "\(words) --help, \(line.count) columns: \(line)")
                }
                let examples = (node["discussion"] as? String ?? "").split(separator: "\n")
                    .filter { $0.hasPrefix("Example: ") }.map { String($0.dropFirst("Example: ".count)) }
                let pasted = help.output.replacing(#/ \\\n +/#, with: " ").split(separator: "\n")
                for example in examples { #expect(pasted.contains("  \(example)"), "\(words): \(example)") }
                #expect(!help.output.contains("Example: "), "\(words)")
                #expect(!help.output.contains(#/<\d+[smhd]>/#), "\(words): a value for the name of a value")
                helps += 1
                for child in node["subcommands"] as? [[String: Any]] ?? [] { try look(child, program, behind: words) }
            }
            for program in [Programs.keyturn, Programs.keyturnd] {
                let outcome = try world.runner.run(program, ["--experimental-dump-help"])
                let dump = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
                try look(try #require(dump?["command"] as? [String: Any]), program, behind: [])
            }
            #expect(helps > 60)
        }
    }
}
