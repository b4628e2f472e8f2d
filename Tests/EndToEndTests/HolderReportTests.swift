import Foundation
import TestSupport
import Testing

/// Clients report which generation they use, and which one Zoom refused.
@Suite(.realProcesses) struct HolderReportTests {
    @Test func `holders may report the generation that they use, and one that was refused`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.must("client", "add", "ping", "--uid", "65534", "--allow", "zoom-prod:token")
            #expect(try world.post("/v1/apps/zoom-prod/ack", #"{"generation":1}"#).status == 204)
            try eventually("the receipt to be kept") {
                try world.keyturn("holders", "zoom-prod", "--json").json["holders"].elements.first?["acknowledged"].bool
                    == true
            }
            let rows = [
                (#"{"generation":2}"#, 400), (#"{"generation":0}"#, 400), (#"{"generation":-1}"#, 400),
                (#"{"generation":"1"}"#, 400), (#"{"generation":1,"more":1}"#, 400), ("{}", 400), ("[", 400),
            ]
            for (body, status) in rows {
                #expect(try world.post("/v1/apps/zoom-prod/ack", body).status == status, "ack \(body)")
                #expect(try world.post("/v1/apps/zoom-prod/rejected", body).status == status, "rejected \(body)")
            }
            #expect(try world.post("/v1/apps/zoom-nada/ack", #"{"generation":1}"#).status == 403)
            #expect(try world.get("/v1/apps/zoom-prod/ack").status == 405)
            #expect(try world.post("/v1/apps/zoom-prod/rejected", #"{"generation":1}"#).status == 202)

            try world.must("rotate", "zoom-prod")
            let newer = try world.post("/v1/apps/zoom-prod/rejected", #"{"generation":1}"#)
            #expect(try newer.status == 200 && newer.json["generation"].int == 2)
            #expect(try newer.json["client_secret"].string == world.fetchedSecret())
            #expect(!newer.text.contains(app.secret))
            #expect(
                try world.post("/v1/apps/zoom-prod/ack", #"{"generation":1}"#).status == 204, "an older one is no news")
            #expect(try world.post("/v1/apps/zoom-prod/ack", #"{"generation":2}"#).status == 204)

            try world.must("rotation", "finish", "zoom-prod", "--yes")
            try eventually("the end of the rotation") { try world.openRotations().isEmpty }
            let late = try world.post("/v1/apps/zoom-prod/ack", #"{"generation":1}"#)
            #expect(late.status == 409 && late.code == "conflict" && late.text.contains("generation 1 is over"))
            #expect(try world.post("/v1/apps/zoom-prod/ack", #"{"generation":2}"#).status == 204)
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why))
    func `a client without a policy cannot report anything`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.must("client", "add", "ping", "--uid", "65534", "--allow", "zoom-prod:token")
            for path in ["ack", "rejected"] {
                let outcome = try world.run(
                    "curl",
                    [
                        "-si", "--max-time", "30", "--unix-socket", world.agent, "-H", "Keyturn-Request: 1", "-H",
                        "Content-Type: application/json", "-d", #"{"generation":1}"#,
                        "http://keyturn/v1/apps/zoom-prod/\(path)",
                    ], as: OtherUser())
                #expect(outcome.output.hasPrefix("HTTP/1.1 403 ") && !outcome.output.contains(app.secret))
            }
            #expect(try world.keyturn("holders", "zoom-prod", "--json").json["holders"].elements.isEmpty)
        }
    }
}
