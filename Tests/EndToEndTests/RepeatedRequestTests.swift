import Foundation
import TestSupport
import Testing

/// A connection that asks for the same again and again, while things change under it.
@Suite(.realProcesses) struct RepeatedRequestTests {
    @Test func `each change reaches the very next request`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let connection = try Connection(to: world.agent)
            func fetch() throws -> Answer {
                try connection.send(request("GET", "/v1/apps/zoom-prod/credentials"))
                return try connection.answer()
            }
            /// Often enough that the same answer is given again, and that the receipt of it is kept.
            func fetchOften() throws -> Answer {
                for _ in 0..<20 { _ = try fetch() }
                try eventually("the receipt") {
                    try world.must("holders", "zoom-prod", "--json").json["holders"].elements.count == 1
                }
                for _ in 0..<20 { _ = try fetch() }
                return try fetch()
            }
            #expect(try fetchOften().json["client_secret"].string == app.secret)

            try world.must("rotate", "zoom-prod", "--overlap", "1d")
            let renewed = try fetch()
            #expect(try world.sandbox.accepts(try renewed.json["client_secret"].string, of: app))
            #expect(renewed.generationTag == 2)
            #expect(try fetchOften().text == renewed.text)

            try world.must("client", "remove", "tests", "--yes")
            #expect(try fetch().status == 403)
            #expect(try fetch().status == 403)
            try world.admitEverything()
            #expect(try fetchOften().status == 200)

            try world.must("lock")
            #expect(try fetch().status == 503)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            try world.must("unlock", "--recovery-stdin", input: recovery)
            #expect(try fetchOften().status == 200)
            try world.must("app", "remove", "zoom-prod", "--yes", "--force")
            #expect(try fetch().status == 403)
        }
    }
}
