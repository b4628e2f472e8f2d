import Foundation
import Testing

/// What commands show at terminals, and what they leave out where there is none.
@Suite(.realProcesses) struct TerminalTests {
    private static let escape = "\u{1B}"

    @Test func `a narrow terminal gets fewer columns, and a file gets them all`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let narrow = try world.atTerminal(["status", "--color", "never"], answering: [], columns: 44)
            let lines = narrow.output.split(whereSeparator: \.isNewline)
            #expect(narrow.exit == 0 && lines.allSatisfy { $0.count <= 44 }, "\(narrow.output)")
            #expect(narrow.output.contains("NEXT ROTATION") && !narrow.output.contains("SECRET AGE"))
            let wide = try world.atTerminal(["status"], answering: [], columns: 120)
            #expect(wide.output.contains("SECRET AGE") && wide.output.contains("HOLD OLD"))
            #expect(wide.output.contains(Self.escape))
            let file = try world.must("status").output
            #expect(file.contains("SECRET AGE") && !file.contains(Self.escape))
            #expect(try world.must("status", "--color", "always").output.contains(Self.escape))
            let plain = try world.runner.run(
                "/usr/bin/env", ["NO_COLOR=1", Programs.keyturn, "status", "--color", "auto"])
            #expect(!plain.output.contains(Self.escape))
        }
    }

    @Test func `apps are filtered, sorted and limited in JSON too`() throws {
        try withWorld { world in
            for name in ["zoom-a", "zoom-b", "other"] { try world.addApp(name, verify: false) }
            let json = try world.must("status", "--json", "--filter", "zoom-*", "--limit", "1", "--sort", "name").json
            #expect(json["apps"].elements.compactMap { $0["app"].string } == ["zoom-a"])
            #expect(try world.must("status", "--json").json["apps"].elements.count == 3)
            let text = try world.must("status", "--filter", "zoom", "--limit", "1").output
            #expect(text.contains("and 1 more app\n") && !text.contains("other"))
        }
    }

    @Test func `the history is a timeline of generations`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("rotate", "zoom-prod", "--overlap", "0s", "--wait", "--timeout", "50s")
            let json = try world.must("history", "zoom-prod", "--json").json
            let rotation = try #require(json["rotations"].elements.first?["id"].string)
            #expect(json["generations"].elements.compactMap { $0["generation"].int } == [1, 2])
            #expect(json["generations"].elements.last?["rotation"].string == rotation)
            let lines = try world.must("history", "zoom-prod").output.split(separator: "\n")
            #expect(
                lines.count == 2 && lines[0].contains("○  generation 1, added with the app, valid until 20"), "\(lines)"
            )
            #expect(lines.last?.contains("●  generation 2, rotation \(rotation), on request, current") == true)
        }
    }

    @Test func `progress is shown in place at a terminal and nowhere else`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for (arguments, words) in [
                (["backup", world.directory + "/b.db"], "decrypting every row"),
                (["key", "rotate", "--wait"], "a new key"),
                (["rotate", "zoom-prod", "--overlap", "0s", "--wait", "--timeout", "50s"], "zoom-prod: "),
            ] {
                let shown = try world.atTerminal(arguments, answering: [])
                #expect(shown.exit == 0 && shown.output.contains("\r"), "\(shown)")
                #expect(shown.output.contains(words) && shown.output.contains("\(Self.escape)[K"), "\(shown)")
            }
            let silent = try world.must("backup", world.directory + "/c.db")
            #expect(silent.errors.isEmpty && !silent.output.contains(Self.escape))
            #expect(try world.must("key", "rotate", "--wait").errors.isEmpty)
        }
    }
}
