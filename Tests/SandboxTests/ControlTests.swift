import Foundation
import Testing

@testable import Sandbox

@Suite struct ControlTests {
    @Test func `apps are made with given and generated values`() throws {
        let bench = try Bench()
        let body = #"{"client_id":"mine","client_secret":"s3cret","account_id":"acc","scopes":["scim2"]}"#
        let made = bench.send("POST", "/_sandbox/apps", body: body)
        #expect(made.status == 201)
        #expect(made.json["client_secret"] as? String == "s3cret")
        #expect((made.json["marketplace_app_id"] as? String)?.count == 22)
        #expect(bench.mint(account: "acc", clientID: "mine", secret: "s3cret").json["scope"] as? String == "scim2")
        #expect(bench.send("POST", "/_sandbox/apps", body: body).status == 409)
        #expect(bench.send("POST", "/_sandbox/apps", body: #"{"client_id":""}"#).status == 400)
        #expect(bench.send("POST", "/_sandbox/apps").status == 201, "no body: everything is generated")
        #expect((bench.send("GET", "/_sandbox/apps").json["apps"] as? [Any])?.count == 3)
    }

    @Test func `the state of an app shows its secrets without their values`() throws {
        let bench = try Bench()
        let old = bench.secret
        #expect(bench.rotate().status == 201)
        let view = bench.send("GET", "/_sandbox/apps/\(bench.app.clientID)")
        let secrets = try #require(view.json["secrets"] as? [[String: Any]])
        #expect(secrets.map { $0["accepted"] as? Bool } == [true, true])
        #expect(secrets.map { $0["revoke_time"] as? String } == ["2026-03-05T04:05:06Z", nil])
        #expect(!view.text.contains(old) && !view.text.contains(bench.secret))
    }

    @Test func `an app can be deactivated, activated and removed by its controls`() throws {
        let bench = try Bench()
        let path = "/_sandbox/apps/\(bench.app.clientID)"
        #expect(bench.send("POST", path + "/deactivate").json["active"] as? Bool == false)
        #expect(bench.mint().status == 400)
        #expect(bench.send("POST", path + "/activate").json["active"] as? Bool == true)
        #expect(bench.mint().status == 200)
        let token = bench.mintedToken()
        #expect(bench.send("DELETE", path).status == 200)
        #expect(bench.get("/v2/users/summary", token: token).verdict == "401 124")
        #expect(bench.send("GET", path).status == 404)
        #expect(bench.mint(secret: bench.app.secrets.current.value).verdict == "400 invalid_client")
    }

    @Test func `the oracle mints nothing and logs nothing`() throws {
        let bench = try Bench()
        let old = bench.secret
        #expect(bench.rotate(#"{"action":"new","revoke_old_secret_time":"now"}"#).status == 201)
        let seen = bench.state.log.lastSequence
        func verdict(_ secret: String) -> [String: Any] {
            let body = #"{"client_id":"\#(bench.app.clientID)","client_secret":"\#(secret)"}"#
            return bench.send("POST", "/_sandbox/accepts", body: body).json
        }
        #expect(verdict(bench.secret)["accepted"] as? Bool == true)
        #expect(verdict(old)["accepted"] as? Bool == false)
        #expect(verdict(old)["secret_id"] as? String == bench.app.secrets.current.id)
        #expect(verdict("never")["secret_id"] == nil)
        #expect(bench.state.log.lastSequence == seen)
    }

    @Test func `the clock moves and nothing else does`() throws {
        let bench = try Bench()
        #expect(bench.send("GET", "/_sandbox/clock").json["now"] as? String == "2026-02-03T04:05:06Z")
        let moved = bench.send("POST", "/_sandbox/clock", body: #"{"advance_seconds":90}"#)
        #expect(moved.json["now"] as? String == "2026-02-03T04:06:36Z")
        #expect(moved.json["offset_seconds"] as? Double == 90)
        bench.now += 10
        #expect(bench.send("GET", "/_sandbox/clock").json["now"] as? String == "2026-02-03T04:06:46Z")
        let set = bench.send("POST", "/_sandbox/clock", body: #"{"set":"2027-01-01T00:00:00Z"}"#)
        #expect(set.json["now"] as? String == "2027-01-01T00:00:00Z")
        for body in [
            "{}", #"{"set":"tomorrow"}"#, #"{"advance_seconds":1,"set":"now"}"#, #"{"advance_seconds":1e300}"#,
        ] {
            #expect(bench.send("POST", "/_sandbox/clock", body: body).status == 400, "\(body)")
        }
        #expect(bench.send("POST", "/_sandbox/clock", body: #"{"advance_seconds":-3153600000}"#).status == 200)
        #expect(bench.mint().status == 200, "the sandbox works before 1970, too")
    }

    @Test func `the log tells which client used what, and never a secret`() throws {
        let bench = try Bench()
        let token = bench.mintedToken("client_credentials")
        _ = bench.rotate(token: token)
        _ = bench.mint(secret: "wrong")
        _ = bench.send("GET", "/nowhere?secret=1")
        let answer = bench.send("GET", "/_sandbox/requests")
        let entries = try #require(answer.json["requests"] as? [[String: Any]])
        #expect(entries.map { $0["sequence"] as? Int } == [1, 2, 3, 4])
        #expect(entries.map { $0["status"] as? Int } == [200, 201, 400, 404])
        #expect(
            entries.map { $0["client_id"] as? String } == [
                bench.app.clientID, bench.app.clientID, bench.app.clientID, nil,
            ])
        #expect(entries[0]["secret_id"] as? String == bench.app.secrets.current.id)
        #expect(entries[2]["secret_id"] == nil)
        for secret in [token, bench.secret, bench.app.secrets.current.value, "wrong", "secret=1"] {
            #expect(!answer.text.contains(secret))
        }
        let some = bench.send("GET", "/_sandbox/requests?path=/oauth&after=1")
        #expect((some.json["requests"] as? [Any])?.count == 1)
        let counters = bench.send("GET", "/_sandbox/counters").json["counters"] as? [String: [String: Int]]
        #expect(counters?["/oauth/token"] == ["200": 1, "400": 1])
        #expect(counters?["other"] == ["404": 1])
        #expect(bench.send("DELETE", "/_sandbox/requests").status == 200)
        #expect(bench.send("GET", "/_sandbox/counters").json["total"] as? Int == 0)
        #expect(bench.mint().entry?.sequence == 5)
    }

    @Test func `the log keeps the latest hundred thousand`() {
        var log = RequestLog()
        for _ in 0..<(RequestLog.capacity + 3) {
            var entry = RequestLog.Entry(time: Bench.start, method: "GET", path: "/", trackingID: "")
            log.append(&entry, endpoint: "other")
        }
        #expect(log.entries.count == RequestLog.capacity)
        #expect(log.entries.first?.sequence == 4 && log.entries.last?.sequence == RequestLog.capacity + 3)
        #expect(log.counters["other"]?["0"] == RequestLog.capacity + 3)
    }

    @Test(arguments: [
        ("GET", "/_sandbox"), ("GET", "/_sandbox/"), ("PUT", "/_sandbox/switches"), ("GET", "/_sandbox/switches/x"),
        ("GET", "/_sandbox/nothing"), ("POST", "/_sandbox/apps/nobody/activate"), ("PATCH", "/_sandbox/accepts/x"),
    ]) func `an unknown control is answered as such`(_ method: String, _ path: String) throws {
        let bench = try Bench()
        let answer = bench.send(method, path)
        #expect(answer.status == 404 && answer.json["error"] != nil)
    }

    @Test(arguments: [("GET", "/oauth/token"), ("POST", "/scim2/Users"), ("DELETE", "/v2/users/summary")])
    func `endpoints refuse other methods`(_ method: String, _ path: String) throws {
        let bench = try Bench()
        #expect(bench.send(method, path).status == 405)
    }

    @Test func `probes need their scopes`() throws {
        let bench = try Bench()
        bench.state.apps.update(bench.app.number) { $0.setScopes(["scim2:admin"], at: Bench.start) }
        let token = bench.mintedToken()
        #expect(bench.get("/scim2/Users", token: token).json["totalResults"] as? Int == 1)
        let refused = bench.get("/v2/users/summary", token: token)
        #expect(refused.verdict == "400 4711")
        #expect(refused.text.contains("does not contain scopes:[user:read:admin]"))
    }
}
