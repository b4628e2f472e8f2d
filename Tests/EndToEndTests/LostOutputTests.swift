import Foundation
import Testing

/// Output that cannot be written is no success, whichever command it is of; a reader that has gone is no failure.
@Suite(.realProcesses) struct LostOutputTests {
    private static let programs = [Programs.keyturn, Programs.keyturnd, Programs.sandbox]

    private static func name(_ program: String) -> String { URL(filePath: program).lastPathComponent }

    /// Runs it with a device that has no room as its standard output.
    private static func full(
        _ world: World, _ program: String, _ arguments: [String], input: String? = nil,
        to output: String = "> /dev/full"
    ) throws -> Outcome {
        try world.runner.run(
            "/bin/sh", ["-c", "exec \"$0\" \"$@\" \(output)", program] + arguments, input: input)
    }

    /// Runs it with a pipe that nobody reads from any more.
    private static func unread(
        _ world: World, _ program: String, _ arguments: [String], input: String? = nil
    ) throws -> Outcome {
        let script = """
            import os, subprocess, sys
            ends = os.pipe()
            os.close(ends[0])
            sys.exit(subprocess.run(sys.argv[1:], stdout=ends[1]).returncode)
            """
        return try world.runner.run("python3", ["-c", script, program] + arguments, input: input)
    }

    private static func isLoss(_ outcome: Outcome, of program: String) -> Bool {
        outcome.exit == 74
            && outcome.errors == "\(name(program)): the output could not be written: no space left on device\n"
    }

    /// All commands, as the programs tell of them.
    private static func commands(_ world: World) throws -> [(program: String, words: [String])] {
        var found: [(String, [String])] = []
        for program in programs {
            func look(_ node: [String: Any], behind words: [String]) {
                found.append((program, words))
                for child in node["subcommands"] as? [[String: Any]] ?? [] {
                    guard let name = child["commandName"] as? String, name != "help" else { continue }
                    look(child, behind: words + [name])
                }
            }
            let outcome = try world.runner.run(program, ["--experimental-dump-help"])
            let dump = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
            look(try #require(dump?["command"] as? [String: Any]), behind: [])
        }
        return found
    }

    @Test func `the help of each command is complete or reported as lost`() throws {
        try withWorld(serving: false) { world in
            let commands = try Self.commands(world)
            #expect(commands.count > 60)
            for (program, words) in commands {
                let outcome = try Self.full(world, program, words + ["--help"])
                #expect(Self.isLoss(outcome, of: program), "\(Self.name(program)) \(words): \(outcome)")
            }
            for program in Self.programs {
                #expect(Self.isLoss(try Self.full(world, program, ["--version"]), of: program))
                let unread = try Self.unread(world, program, ["--help"])
                #expect(unread.exit == 0 && unread.errors.isEmpty, "\(unread)")
            }
        }
    }

    private static let answers: [[String]] = [
        ["status"], ["status", "--json"], ["status", "--watch"], ["app", "list"], ["app", "list", "--json"],
        ["app", "show", "zoom-prod"], ["app", "verify", "zoom-prod"], ["pause", "zoom-prod"], ["resume", "zoom-prod"],
        ["client", "list"], ["client", "show", "tests"], ["explain", "--app", "zoom-prod", "--uid", "1"],
        ["explain-error"], ["explain-error", "locked", "--json"], ["token", "zoom-prod"],
        ["token", "zoom-prod", "--reveal"], ["fetch", "zoom-prod"], ["fetch", "zoom-prod", "--field", "client_id"],
        ["rotate", "zoom-prod", "--dry-run"], ["rotate", "--due"], ["rotation", "list"], ["history", "zoom-prod"],
        ["holders", "zoom-prod"], ["target", "list"], ["alert", "list"], ["audit", "tail"], ["audit", "tail", "-f"],
        ["audit", "show", "--json"], ["audit", "verify"], ["key", "list"], ["key", "rotate"], ["doctor", "--json"],
        ["completions", "bash"],
    ]

    @Test func `an answer that is lost does not count as given`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for arguments in Self.answers {
                let outcome = try Self.full(world, Programs.keyturn, arguments)
                #expect(Self.isLoss(outcome, of: Programs.keyturn), "\(arguments): \(outcome)")
            }
            // Those two end with what they found.
            for arguments in Self.answers where !["doctor", "explain"].contains(arguments.first) {
                let outcome = try Self.unread(world, Programs.keyturn, arguments)
                #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(arguments): \(outcome)")
            }
            let closed = try Self.full(world, Programs.keyturn, ["app", "list"], to: ">&-")
            #expect(closed.exit == 74 && closed.errors.contains("bad file descriptor"), "\(closed)")
        }
    }

    @Test func `a recovery key that could not be shown opens nothing`() throws {
        try withWorld { world in
            let before = try world.must("key", "list", "--json").json["slots"].elements.count
            for outcome in [
                try Self.full(world, Programs.keyturn, ["key", "add", "--recovery"]),
                try Self.unread(world, Programs.keyturn, ["key", "add", "--recovery"]),
                try Self.full(world, Programs.keyturn, ["key", "add", "--recovery", "--json"]),
            ] {
                #expect(outcome.exit == 74 && outcome.complains(), "\(outcome)")
                #expect(outcome.errors.contains("was removed again"), "\(outcome)")
            }
            #expect(try world.must("key", "list", "--json").json["slots"].elements.count == before)
        }
    }

    @Test func `a vault whose recovery key cannot be shown is not made`() throws {
        try withWorld(serving: false) { world in
            let arguments = ["init", "--key-file", world.keyFile]
            for outcome in [
                try Self.full(world, Programs.keyturnd, arguments),
                try Self.full(world, Programs.keyturnd, arguments, to: ">&-"),
                try Self.unread(world, Programs.keyturnd, arguments),
            ] {
                #expect(outcome.exit == 74 && outcome.complains(as: "keyturnd"), "\(outcome)")
                #expect(outcome.errors.contains("the recovery key could not be shown, and no vault was created"))
                #expect(!Files.exists(world.vault) && !Files.exists(world.keyFile))
            }
            try world.initialise()
            let check = ["check", "--key-file", world.keyFile]
            let lost = try Self.full(world, Programs.keyturnd, check)
            #expect(Self.isLoss(lost, of: Programs.keyturnd), "\(lost)")
            let unread = try Self.unread(world, Programs.keyturnd, check)
            #expect(unread.exit == 0 && unread.errors.isEmpty, "\(unread)")
        }
    }

    @Test func `a sandbox whose address nobody can learn ends`() throws {
        try withWorld(serving: false) { world in
            let outcome = try Self.full(world, Programs.sandbox, ["--port", "0"])
            #expect(Self.isLoss(outcome, of: Programs.sandbox), "\(outcome)")
        }
    }
}
