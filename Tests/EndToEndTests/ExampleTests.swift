import Foundation
import Testing

/// The examples of the help texts, taken from there and run.
@Suite(.realProcesses) struct ExampleTests {
    private struct Example {
        /// The command whose help has it, such as `keyturn app add`.
        let command: String
        let line: String
    }

    /// What the programs themselves say of their commands.
    private static func commands(_ world: World) throws -> [(command: String, examples: [Example])] {
        var found: [(String, [Example])] = []
        func look(_ node: [String: Any], behind path: [String]) {
            guard let name = node["commandName"] as? String, name != "help" else { return }
            let command = (path + [name]).joined(separator: " ")
            let lines = (node["discussion"] as? String ?? "").split(separator: "\n")
            let examples = lines.filter { $0.hasPrefix("Example: ") }.map {
                Example(command: command, line: String($0.dropFirst("Example: ".count)))
            }
            found.append((command, examples))
            for child in node["subcommands"] as? [[String: Any]] ?? [] { look(child, behind: path + [name]) }
        }
        for program in [Programs.keyturn, Programs.keyturnd] {
            let outcome = try world.runner.run(program, ["--experimental-dump-help"])
            let dump = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            look(try #require(dump?["command"] as? [String: Any]), behind: [])
        }
        return found
    }

    /// A line as it is run here: with places, people and things that this machine has.
    private static func local(_ line: String, _ world: World, rotation: String = "0123456789abcdef") throws -> String {
        let user = NSUserName()
        return line.replacing("/etc/keyturn/key", with: world.directory + "/other-key")
            .replacing("/var/backups/keyturn", with: world.directory + "/backups")
            .replacing("/usr/share/bash-completion/completions/keyturn", with: world.directory + "/completions")
            .replacing("> objects.yaml", with: "> exported")
            .replacing("--user pingfederate", with: "--user \(user)").replacing("0123456789abcdef", with: rotation)
            .replacing("--wait 5m", with: "--wait 1s").replacing("--pid 4711", with: "--pid \(getpid())")
    }

    private static func run(
        _ line: String, _ world: World, answering answers: [(prompt: String, answer: String)] = []
    ) throws -> Outcome {
        let programs = URL(filePath: Programs.keyturn).deletingLastPathComponent().path
        let endless =
            line.contains("--watch") || line.contains("tail -f") || line.contains("--serve")
            || line.contains("keyturnd serve")
        // An example may name a file without a directory.
        let command = "cd '\(world.directory)'; PATH='\(programs)':$PATH; \(endless ? "timeout 1 " : "")\(line)"
        return try world.atTerminal(["-c", command], answering: answers, program: "/bin/sh")
    }

    private static let questions: [(String, [(prompt: String, answer: String)])] = [
        ("keyturn unlock", [("passphrase: ", "nothing-of-value")]), (" remove ", [("[y/N]", "y")]),
        ("target accept", [("[y/N]", "y")]), ("keyturn adopt", [("[y/N]", "y")]),
        ("keyturn audit acknowledge", [("[y/N]", "y")]),
    ]

    private static func answers(_ line: String) -> [(prompt: String, answer: String)] {
        questions.first { line.contains($0.0) }?.1 ?? []
    }

    private static func prepare(_ world: World) throws {
        try "secret-of-the-test".write(toFile: world.directory + "/secret", atomically: true, encoding: .utf8)
        try "version: 1\n".write(toFile: world.directory + "/objects.yaml", atomically: true, encoding: .utf8)
        try FileManager.default.createDirectory(
            atPath: world.directory + "/backups", withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    /// As far as the parser goes, and one step beyond it: what needs a daemon finds none.
    @Test func `each command has an example that the parser accepts`() throws {
        try withWorld(serving: false) { world in
            try Self.prepare(world)
            let commands = try Self.commands(world)
            #expect(commands.count > 55)
            for (command, examples) in commands {
                #expect(!examples.isEmpty, "\(command) --help has no example")
                for example in examples where example.line.hasPrefix("keyturn ") {
                    #expect(
                        example.line.hasPrefix(command + " ") || command.split(separator: " ").count < 3
                            || example.line == command, "\(command): \(example.line)")
                    let line = try Self.local(example.line, world)
                    // Nothing is asked about what is not there.
                    let asks = !["app remove", "client remove", "target remove", "target accept"]
                        .contains(where: line.contains)
                    let outcome = try Self.run(line, world, answering: asks ? Self.answers(line) : [])
                    let expected: Int32 =
                        if line.contains("explain-error") || line.contains("completions") {
                            0
                        } else if line.contains(
                            "doctor")
                        { 65 } else if line.contains("--watch") { 124 } else { 69 }
                    #expect(outcome.exit == expected, "\(line): \(outcome.output)")
                }
            }
        }
    }

    /// All that need neither a console of PingFederate's nor Zoom itself.
    @Test func `the examples do what they say`() throws {
        try withWorld { world in
            try Self.prepare(world)
            try world.addApp("zoom-prod")
            try world.addApp("zoom-old", verify: false)
            try world.addApp("zoom-test")
            try world.must("app", "set", "zoom-test", "--label", "env=test")
            let added = try world.must("key", "add", "--passphrase-stdin", "--json", input: "nothing-of-value").json
            let slot = try #require(added["slot"].string)
            var done = 0
            for (_, examples) in try Self.commands(world) {
                for example in examples where example.line.hasPrefix("keyturn ") {
                    // It would be there already, or is not there any more.
                    if example.line.hasPrefix("keyturn client add") {
                        _ = try world.keyturn("client", "remove", "pingfederate", "--yes")
                    }
                    if [
                        "unlock", "lock", "target", "accept", "audit acknowledge", "doctor", "app add",
                        "rotation abort",
                        "tail -f",
                    ].contains(
                        where: { example.line.hasPrefix("keyturn " + $0) || example.line.hasSuffix($0) })
                    {
                        continue
                    }
                    let rotation = try world.keyturn("rotation", "list", "--json").json["rotations"].elements.first
                    let line = try Self.local(example.line, world, rotation: rotation?["id"].string ?? "none")
                    if line.hasPrefix("keyturn rotation "), !line.hasSuffix("list"), rotation == nil {
                        try world.must("rotate", "zoom-prod", "--overlap", "1d")
                    }
                    let again = try world.keyturn("rotation", "list", "--json").json["rotations"].elements.first
                    let last = try Self.local(example.line, world, rotation: again?["id"].string ?? "none")
                        .replacing("key remove 2", with: "key remove \(slot)")
                    let outcome = try Self.run(last, world, answering: Self.answers(last))
                    // A fetch that waits for a generation that does not come, and what goes on until it is ended.
                    let allowed: [Int32] =
                        last.contains("--after")
                        ? [0, 75] : last.contains("--watch") || last.contains("--serve") ? [124] : [0]
                    #expect(allowed.contains(outcome.exit), "\(last): \(outcome.output)")
                    done += 1
                }
            }
            #expect(done > 30)
        }
    }

    @Test(arguments: [
        (["statsu"], "keyturn has no command 'statsu'", "keyturn status"),
        (["app", "shwo", "x"], "keyturn app has no command 'shwo'", "keyturn app show"),
        (["explain-eror"], "keyturn has no command 'explain-eror'", "keyturn explain-error"),
        (["xyzzy"], "keyturn has no command 'xyzzy'", "keyturn --help"),
        (["app", "show"], "missing expected argument '<name>'", "keyturn app show --help"),
        (["status", "--jsno"], "unknown option '--jsno'", "did you mean '--json'?"),
        (["audit", "ack"], "keyturn audit has no command 'ack'", "keyturn audit acknowledge"),
        (["token", "Bad_Name"], "the value 'Bad_Name' is invalid for '<name>'", "a name: 1 to 63 of a-z"),
        (
            ["rotate", "x", "--overlap", "soon"], "the value 'soon' is invalid for '--overlap <duration>'",
            "a duration like 30d"
        ),
        (["explain", "--app", "x", "--uid", "1", "--permission", "moon"], "the value 'moon' is invalid", "one of"),
    ]) func `an unknown word leads to the nearest known one`(_ arguments: [String], _ message: String, _ hint: String)
        throws
    {
        try withWorld(serving: false) { world in
            let outcome = try world.runner.run(Programs.keyturn, arguments)
            #expect(outcome.exit == 64 && outcome.complains() && outcome.output.isEmpty)
            #expect(outcome.errors.contains("keyturn: \(message)"), "\(outcome.errors)")
            #expect(outcome.errors.contains("  try: \(hint)"), "\(outcome.errors)")
        }
    }
}
