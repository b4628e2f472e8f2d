import Foundation
import TestSupport
import Testing

/// A rotation that is held up by a client which never comes again.
@Suite(.realProcesses) struct RemovedHolderTests {
    @Test func `a holder that never returns is waited for until it is removed`() throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try world.awaitReceipt()
            try world.must("rotate", "zoom-prod", "--overlap", "1s")
            func isWaited() throws -> Bool {
                try world.openRotations().first?["reason"].string?.contains("tests") == true
            }
            try eventually("the drain to wait for its holder") { try isWaited() }
            try world.pass(3600, on: clock)
            #expect(try isWaited() && world.sandbox.accepts(app.secret, of: app))
            try world.must("client", "remove", "tests", "--yes")
            try world.pass(3600, on: clock)
            try eventually("the old secret to be ended") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
        }
    }
}
