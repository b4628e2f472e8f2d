import Foundation
import Testing

/// What a shell proposes, asked of the shells themselves.
@Suite(.realProcesses) struct CompletionTests {
    @Test(arguments: ["bash", "zsh", "fish"])
    func `there is a completion script for each shell`(_ shell: String) throws {
        try withWorld(serving: false) { world in
            let outcome = try world.keyturn("completions", shell)
            #expect(outcome.exit == 0 && outcome.errors.isEmpty && outcome.output.contains("rotate"))
        }
    }

    @Test func `bash proposes the names that the daemon knows`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.addApp("zoom-test")
            let rotation = try world.keyturn("rotate", "zoom-test", "--overlap", "1d", "--json").output
            #expect(try bash(world, ["rotate", "zoom-"]) == ["zoom-prod", "zoom-test"])
            #expect(try bash(world, ["app", "show", "zoom-p"]) == ["zoom-prod"])
            #expect(try bash(world, ["fetch", ""]) == ["zoom-prod", "zoom-test"])
            #expect(try bash(world, ["explain", "--app", "zoom-t"]) == ["zoom-test"])
            #expect(try bash(world, ["client", "remove", "te"]) == ["tests"])
            let ids = try bash(world, ["rotation", "show", ""]).filter { !$0.hasPrefix("-") }
            #expect(ids.count == 1 && rotation.contains(ids[0]))
            #expect(try bash(world, ["explain-error", "rotation_b"]) == ["rotation_blocked"])
        }
    }

    /// Without a daemon there is nothing to propose, and nothing that would disturb the line.
    @Test func `bash proposes nothing without a daemon`() throws {
        try withWorld(serving: false) { world in
            let proposed = try bash(world, ["rotate", "zoom-"])
            #expect(proposed.isEmpty)
        }
    }

    /// What bash would propose for the last word, as at a terminal when the tab key is pressed.
    private func bash(_ world: World, _ words: [String]) throws -> [String] {
        let script = world.directory + "/completions"
        try Data(try world.keyturn("completions", "bash").output.utf8).write(to: URL(filePath: script))
        let line = ["keyturn"] + words
        let program = """
            source "$1"; shift
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9
            _keyturn keyturn "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        let outcome = try world.runner.run(
            "env",
            [
                "PATH=\(URL(filePath: Programs.keyturn).deletingLastPathComponent().path):/usr/bin:/bin",
                "bash", "-c", program, "bash", script,
            ] + line)
        #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(outcome)")
        return outcome.output.split(separator: "\n").map(String.init)
    }
}
