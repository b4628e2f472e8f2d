import Foundation
import TestSupport
import Testing

/// Consoles differ in what they show of a connection that nobody saved: another encrypted text at each look, or no date.
/// No alert is false on any of them, and a change is found as far as it can be.
@Suite(.realProcesses) struct ConsoleMannerTests {
    static let onLook = #"{"encrypts_on_look":true}"#
    static let dateless = #"{"dateless":true}"#
    static let neither = #"{"encrypts_on_look":true,"dateless":true}"#

    /// What Terraform's state has of the connection, with the secret of the day that it was made.
    static func state(_ app: ZoomApp, secret: String? = nil) -> String {
        #"{"Account":"\#(app.accountID)","OAuth client":"\#(app.clientID)","OAuth secret":"\#(secret ?? app.secret)"}"#
    }

    @Test(arguments: ["{}", #"{"encrypts_on_save":false}"#, onLook, dateless, neither])
    func `an unchanged connection raises no alert`(manner: String) throws {
        try TargetTests.withConsole { world, console, app, clock in
            try console.switches(manner)
            func isQuiet(_ when: String) throws {
                let test = try world.keyturn("target", "test", "console")
                #expect(test.exit == 0, "\(when): \(test)")
                #expect(try world.problems().isEmpty, "\(when)")
            }
            try world.must("target", "push", "console")
            #expect(try console.secret() == app.secret)
            try isQuiet("after a push")
            try world.must("target", "accept", "console", "--yes")
            try isQuiet("after accepting what is there")
            try world.pass(1000, on: clock)
            try isQuiet("a while later")
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try console.secret() == world.fetchedSecret() && !world.sandbox.accepts(app.secret, of: app))
            try isQuiet("after a rotation")
            #expect(try world.audit.of("target.changed_outside").isEmpty)
        }
    }

    @Test(arguments: [
        ("{}", "the secret in the connection was changed"),
        (#"{"encrypts_on_save":false}"#, "the secret in the connection was changed"),
        (dateless, "the secret in the connection was changed"),
        (onLook, "somebody else saved the connection"),
    ]) func `an old secret that Terraform puts back is found`(manner: String, words: String) throws {
        try TargetTests.withConsole { world, console, app, _ in
            try console.switches(manner)
            try world.must("rotate", "zoom-prod", "--overlap", "7d")
            try eventually("the new secret") { try console.secret() != app.secret }
            try world.must("target", "test", "console")
            try console.control("POST", "/connections/\(console.connection)/terraform", Self.state(app))
            for _ in 0..<2 {
                let test = try world.keyturn("target", "test", "console")
                #expect(test.exit == 79 && test.output.contains(words), "\(test)")
            }
            #expect(try world.problems().contains("target_changed"))
            #expect(try world.audit.of("target.changed_outside").count == 1)
            try world.must("target", "push", "console")
            try world.must("target", "test", "console")
        }
    }

    @Test func `a change that cannot be told without a date is reported as such`() throws {
        try TargetTests.withConsole { world, console, app, _ in
            try console.switches(Self.neither)
            try world.must("target", "push", "console")
            try console.edit(#"{"OAuth secret":"by hand"}"#)
            let unseen = try world.keyturn("target", "test", "console")
            #expect(unseen.exit == 0 && unseen.output.contains("a changed secret would go unnoticed"), "\(unseen)")

            try console.edit(#"{"Rate":"11"}"#)
            let seen = try world.keyturn("target", "test", "console")
            #expect(seen.exit == 79 && seen.output.contains("somebody else changed other settings"), "\(seen)")

            try console.edit(#"{"Rate":"10"}"#)
            try world.must("target", "test", "console")
            try console.switches(#"{"dateless":false}"#)
            let dated = try world.keyturn("target", "test", "console")
            #expect(dated.exit == 79 && dated.output.contains("somebody else saved the connection"), "\(dated)")
        }
    }

    @Test func `a save that leaves the encrypted text alone is no change`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try console.switches(#"{"encrypts_on_save":false}"#)
            try world.must("target", "push", "console")
            try console.edit(#"{"Rate":"11"}"#)
            let test = try world.must("target", "test", "console")
            #expect(test.output.contains("the pushed values are there"), "\(test)")
        }
    }
}
