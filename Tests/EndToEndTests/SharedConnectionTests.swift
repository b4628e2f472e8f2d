import Foundation
import Testing

/// Two targets that push into one connection know of each other.
@Suite(.realProcesses) struct SharedConnectionTests {
    @Test(arguments: ["{}", ConsoleMannerTests.onLook, ConsoleMannerTests.dateless])
    func `a push of one target is no drift of the other`(manner: String) throws {
        try TargetTests.withConsole { world, console, _, clock in
            try console.switches(manner)
            try world.addTarget(console, "--settle", "0s", name: "again")
            for name in ["console", "again", "console"] { try world.must("target", "push", name) }
            func test(_ exit: Int32, _ words: String) throws {
                for name in ["console", "again"] {
                    let test = try world.keyturn("target", "test", name)
                    #expect(test.exit == exit && test.output.contains(words), "\(name), \(words): \(test)")
                }
            }
            try test(0, "same connection as target")
            #expect(try world.keyturn("target", "show", "again").output.contains("same connection as"))
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            try test(0, "drift")
            #expect(try world.audit.of("target.changed_outside").isEmpty)

            try console.edit(#"{"OAuth secret":"by hand"}"#)
            try test(79, "drift")
            try world.must("target", "accept", "console", "--yes")
            try test(0, "drift")
            try console.edit(#"{"OAuth secret":"by hand again"}"#)
            try test(79, "drift")
            try world.must("target", "push", "again")
            try test(0, "drift")
        }
    }

    @Test func `settings of another app are not pushed over`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.addApp("other")
            let refused = try world.runner.run(
                Programs.keyturn,
                [
                    "target", "add", "pingfederate", "second", "--app", "other", "--admin-url", console.address,
                    "--connection", console.connection, "--user", console.user, "--password-stdin", "--ca-file",
                    console.caFile,
                ], input: console.password)
            #expect(refused.exit == 65 && refused.complains(), "\(refused)")
            for words in ["'console'", "'zoom-prod'", "'OAuth secret'", "target show console"] {
                #expect(refused.errors.contains(words), "\(words): \(refused)")
            }
            #expect(try world.keyturn("target", "show", "second").exit == 66)
        }
    }
}
