import Foundation
import TestSupport
import Testing

/// Zoom's answer to a new secret does not arrive.
@Suite(.realProcesses) struct LostResponseTests {
    @Test(arguments: ["replace", "revoke_old", "add"])
    func `a lost response is followed by another call`(_ secondNew: String) throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.sandbox.switches(#"{"second_new":"\#(secondNew)"}"#)
            try world.sandbox.faultRotation("drop_after")
            let outcome = try world.keyturn("rotate", "zoom-prod", "--json")
            #expect(outcome.exit == 0, "\(outcome)")
            try eventually("the new secret to be current") {
                try world.history().first?["promoted_at"].kind == .time
            }
            let new = try world.fetchedSecret()
            #expect(try new != app.secret && world.sandbox.accepts(new, of: app))
            #expect(try world.history().first?["calls"].int == 2)
            #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
        }
    }

    @Test func `a response that is lost again and again is reported, and a secret made by hand leads out`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.sandbox.faultRotation("drop_after", count: 3)
            let outcome = try world.keyturn("rotate", "zoom-prod")
            #expect(
                outcome.exit == 75 && outcome.complains() && outcome.errors.contains("unknown outcome"), "\(outcome)")
            #expect(outcome.errors.contains("keyturn rotation show"))
            let open = try eventually("Zoom to have been asked as often as it may be") {
                try world.openRotations().first { $0["reason"].string?.contains("three changes") == true }
            }
            #expect(open["state"].string == "lost_response" && open["calls"].int == 3, "\(open)")
            #expect(open["due_at"].kind == .time, "it goes on by itself when Zoom takes calls again")
            try Self.expectProblem("lost_response", world)
            let id = try #require(open["id"].string)
            #expect(try world.keyturn("rotation", "abort", id).exit == 75)
            #expect(try world.fetchedSecret() == app.secret)
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try Self.leadOut(app, id, world)
        }
    }

    @Test func `a refused second call is for the operator`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.sandbox.switches(#"{"second_new":"refuse"}"#)
            try world.sandbox.faultRotation("drop_after")
            let outcome = try world.keyturn("rotate", "zoom-prod")
            #expect(outcome.exit == 79 && outcome.complains(), "\(outcome)")
            let open = try #require(try world.openRotations().first)
            #expect(open["state"].string == "blocked" && open["reason"].kind == .string)
            try Self.expectProblem("rotation_blocked", world)
            #expect(try world.fetchedSecret() == app.secret)
            #expect(try world.sandbox.accepts(app.secret, of: app))
            try Self.leadOut(app, try #require(open["id"].string), world)
        }
    }

    private static func expectProblem(_ kind: String, _ world: World) throws {
        let status = try world.keyturn("status")
        #expect(status.exit == 0)
        let problems = try #require(status.output.range(of: "\nproblems\n"))
        let table = try #require(status.output.range(of: "\nAPP "))
        #expect(problems.lowerBound < table.lowerBound && status.output.contains(/\n    try: .*keyturn rot/))
        let problem = try world.keyturn("status", "--json").json["problems"].elements.first
        #expect(problem?["app"].string == "zoom-prod" && problem?.description.contains(kind) == true)
    }

    /// A secret made in the Marketplace ends the same rotation well.
    private static func leadOut(_ app: ZoomApp, _ id: String, _ world: World) throws {
        let new = try world.sandbox.regenerate(app)
        let outcome = try world.keyturn("rotate", "zoom-prod", "--manual", "--secret-stdin", "--json", input: new)
        #expect(outcome.exit == 0, "\(outcome)")
        #expect(try outcome.json["id"].string == id)
        #expect(try world.fetchedSecret() == new && world.sandbox.accepts(new, of: app))
        #expect(try world.keyturn("status", "--json").json["problems"].elements.isEmpty)
    }
}
