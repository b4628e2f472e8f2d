import Foundation
import Testing

@testable import Sandbox

@Suite struct FaultTests {
    /// What a strike does to a rotation: delivery, status, whether the secret changed all the same.
    static let rows: [(kind: Fault.Kind, delivery: SandboxResponse.Delivery, status: Int?, processed: Bool)] = [
        (.delay, .whole, 201, true), (.dropBefore, .dropped, nil, false), (.dropAfter, .dropped, 201, true),
        (.truncate, .truncated, 201, true), (.status, .whole, 503, false), (.statusAfter, .whole, 503, true),
        (.html, .whole, 502, false), (.redirect, .whole, 302, false), (.contentType, .whole, 201, true),
        (.empty, .whole, 201, true), (.huge, .whole, 200, false), (.hang, .hung, nil, false),
    ]

    @Test(arguments: rows)
    func `each fault has its delivery, its status and its effect`(
        _ row: (kind: Fault.Kind, delivery: SandboxResponse.Delivery, status: Int?, processed: Bool)
    ) throws {
        let bench = try Bench()
        let old = bench.secret
        var fault = Fault(row.kind, path: "/v2/marketplace")
        fault.delayMilliseconds = 250
        try bench.state.faults.add(fault)
        let answer = bench.rotate()
        #expect(answer.delivery == row.delivery)
        #expect(answer.delayMilliseconds == 250)
        #expect((bench.secret != old) == row.processed)
        let entry = try #require(bench.state.log.entries.last)
        #expect(entry.status == row.status && entry.fault == row.kind && entry.processed == row.processed)
        #expect(answer.header("x-zm-trackingid") == entry.trackingID)
        #expect(bench.rotate().status == 201, "it strikes once")
    }

    @Test func `each fault has its form`() throws {
        let bench = try Bench()
        func struck(_ body: String) -> SandboxResponse {
            #expect(bench.send("POST", "/_sandbox/faults", body: body).status == 201)
            return bench.mint()
        }
        let html = struck(#"{"fault":"html","status":403}"#)
        #expect(html.status == 403 && html.header("Content-Type") == "text/html" && html.text.hasPrefix("<!DOCTYPE"))
        let redirect = struck(#"{"fault":"redirect","location":"https://elsewhere.example/"}"#)
        #expect(redirect.status == 302 && redirect.header("Location") == "https://elsewhere.example/")
        let typed = struck(#"{"fault":"content_type","content_type":"text/csv"}"#)
        #expect(typed.header("Content-Type") == "text/csv" && typed.json["access_token"] != nil)
        #expect(struck(#"{"fault":"empty"}"#).body.isEmpty)
        #expect(struck(#"{"fault":"huge"}"#).body.count == 5 * 1024 * 1024)
        let throttled = struck(#"{"fault":"status","status":429,"retry_after":"7"}"#)
        #expect(throttled.status == 429 && throttled.header("Retry-After") == "7")
    }

    @Test func `a fault matches, counts and skips as it says`() throws {
        let bench = try Bench()
        let status = { (status: Int) in
            var fault = Fault(.status)
            fault.status = status
            return fault
        }
        var scim = status(501)
        scim.path = "/scim2"
        var posts = status(502)
        (posts.method, posts.count, posts.skip) = ("POST", 2, 2)
        for fault in [scim, posts] { try bench.state.faults.add(fault) }
        #expect((0..<5).map { _ in bench.mint().status } == [200, 200, 502, 502, 200])
        #expect(bench.get("/v2/users/summary", token: "x").status == 401)
        #expect(bench.get("/scim2/Users", token: "x").status == 501)
        #expect(bench.state.faults.waiting.isEmpty)
        var always = status(503)
        always.count = 0
        try bench.state.faults.add(always)
        #expect((0..<3).map { _ in bench.mint().status } == [503, 503, 503])
        #expect(bench.send("GET", "/_sandbox/faults").status == 200, "controls are never struck")
        #expect(bench.send("DELETE", "/_sandbox/faults").status == 200)
        #expect(bench.mint().status == 200)
    }

    @Test func `the oldest fault strikes first`() throws {
        let bench = try Bench()
        for kind in [Fault.Kind.dropAfter, .truncate, .hang] { try bench.state.faults.add(Fault(kind)) }
        #expect((0..<4).map { _ in bench.mint().delivery } == [.dropped, .truncated, .hung, .whole])
    }

    @Test(arguments: [
        "{}", #"{"fault":"explode"}"#, #"{"fault":"delay"}"#, #"{"fault":"html","status":99}"#,
        #"{"fault":"html","colour":1}"#, #"{"fault":"hang","count":-1}"#, #"{"fault":"delay","delay_ms":60001}"#,
        #"{"fault":"redirect","location":"a\r\nb: c"}"#,
    ]) func `an impossible fault is refused`(_ body: String) throws {
        let bench = try Bench()
        #expect(bench.send("POST", "/_sandbox/faults", body: body).status == 400)
        #expect(bench.state.faults.waiting.isEmpty)
    }
}
