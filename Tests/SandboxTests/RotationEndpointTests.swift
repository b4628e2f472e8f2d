import Foundation
import Testing

@testable import Sandbox

@Suite struct RotationEndpointTests {
    @Test func `new shows the secret once, and both secrets work until the old one expires`() throws {  // [doc]
        let bench = try Bench()
        let old = bench.secret
        let answer = bench.rotate()
        #expect(answer.status == 201)
        #expect(Set(answer.json.keys) == ["secret_id", "new_secret", "revoke_old_secret_time"])
        let new = try #require(answer.json["new_secret"] as? String)
        #expect(new != old && new.count == 32)
        #expect(bench.isAccepted(old) && bench.isAccepted(new))
        try bench.state.clock.advance(seconds: 30 * ZoomTime.day - 1)
        #expect(bench.isAccepted(old))
        try bench.state.clock.advance(seconds: 1)
        #expect(!bench.isAccepted(old) && bench.isAccepted(new))
    }

    @Test func `new with now revokes the old secret at once`() throws {  // [doc]
        let bench = try Bench()
        let old = bench.secret
        #expect(bench.rotate(#"{"action":"new","revoke_old_secret_time":"now"}"#).status == 201)
        #expect(!bench.isAccepted(old) && bench.isAccepted(bench.secret))
    }

    @Test func `update moves the end and shows no secret`() throws {  // [doc]
        let bench = try Bench()
        let old = bench.secret
        #expect(bench.rotate().status == 201)
        let later = bench.rotate(#"{"action":"update","revoke_old_secret_time":"2026-02-03T05:05:06Z"}"#)
        #expect(later.status == 201)
        #expect(Set(later.json.keys) == ["secret_id", "revoke_old_secret_time"])
        #expect(later.json["revoke_old_secret_time"] as? String == "2026-02-03T05:05:06Z")
        try bench.state.clock.advance(seconds: 3599)
        #expect(bench.isAccepted(old))
        #expect(bench.rotate(#"{"action":"update","revoke_old_secret_time":"now"}"#).status == 201)
        #expect(!bench.isAccepted(old))
    }

    /// Body and verdict of a first call, four hours before midnight UTC of 3 February 2026.
    static let rows: [(body: String, expected: String)] = [
        ("", "400 1500"), ("[]", "400 1500"), ("{}", "400 1500"), (#"{"action":1}"#, "400 1500"),
        (#"{"action":"new"}"#, "400 1500"),
        (#"{"revoke_old_secret_time":"now"}"#, "400 1500"),
        (#"{"action":"","revoke_old_secret_time":"now"}"#, "400 1500"),
        (#"{"action":"delete","revoke_old_secret_time":"now"}"#, "400 1500"),
        (#"{"action":"New","revoke_old_secret_time":"now"}"#, "400 1500"),
        (time("Now"), "400 1500"),
        (time("2026-02-04"), "400 1500"),
        (time("2026-02-04T04:05:06"), "400 1500"),
        (time("2026-02-04 04:05:06Z"), "400 1500"),
        (time("2026-02-04T04:05:06+00:00"), "400 1500"),
        (time("2026-02-04T04:05:06.000Z"), "400 1500"),
        (time("2026-02-04t04:05:06z"), "400 1500"),
        (time("2026-02-30T04:05:06Z"), "400 1500"),
        (time("2026-02-04T24:05:06Z"), "400 1500"),
        (time("2026-02-04T04:05:60Z"), "400 1500"),
        (time(" 2026-02-04T04:05:06Z"), "400 1500"),
        (time("1770177906"), "400 1500"),
        (time("2026-02-03T04:05:05Z"), "400 2001"),
        (time("2026-03-05T04:05:07Z"), "400 2001"),
        (time("2026-03-05T04:05:06Z"), "201"),
        (time("2026-02-03T04:05:06Z"), "201"),
        (#"{"action":"update","revoke_old_secret_time":"now"}"#, "404 1401"),
    ]

    static func time(_ text: String) -> String { #"{"action":"new","revoke_old_secret_time":"\#(text)"}"# }

    @Test(arguments: rows)
    func `each body gets its verdict, and a refused one changes nothing`(_ row: (body: String, expected: String)) throws
    {
        let bench = try Bench()
        let old = bench.secret
        #expect(bench.rotate(row.body).verdict == row.expected)
        if row.expected != "201" { #expect(bench.secret == old) }
    }

    @Test func `update counts its thirty days from the new call`() throws {  // [doc]
        let bench = try Bench()
        #expect(bench.rotate(Self.time("2026-02-20T00:00:00Z")).status == 201)
        try bench.state.clock.advance(seconds: 10 * ZoomTime.day)
        let update = { (time: String) in #"{"action":"update","revoke_old_secret_time":"\#(time)"}"# }
        #expect(bench.rotate(update("2026-03-05T04:05:07Z")).verdict == "400 2001")
        #expect(bench.rotate(update("2026-02-13T04:05:05Z")).verdict == "400 2001")
        #expect(bench.rotate(update("2026-03-05T04:05:06Z")).status == 201)
    }

    @Test func `update finds nothing once the old secret is revoked`() throws {
        let bench = try Bench()
        #expect(bench.rotate(Self.time("2026-02-03T05:05:06Z")).status == 201)
        try bench.state.clock.advance(seconds: 3600)
        let answer = bench.rotate(#"{"action":"update","revoke_old_secret_time":"now"}"#)
        #expect(answer.json["message"] as? String == "Secret ID does not exist.")
    }

    @Test func `three changes fit in fifteen minutes, and no more`() throws {  // [doc]
        let bench = try Bench()
        for _ in 0..<3 { #expect(bench.rotate().status == 201) }
        let refused = bench.rotate()
        #expect(refused.verdict == "400 2000")
        #expect(refused.text.contains("3 times in 15 minutes"))
        #expect(bench.rotate(Self.time("Now")).verdict == "400 1500", "format is checked before the throttle")
        #expect(bench.rotate(Self.time("2020-01-01T00:00:00Z")).verdict == "400 2001", "and so is the value")
        try bench.state.clock.advance(seconds: 899)
        #expect(bench.rotate(Self.time("2026-02-20T00:00:00Z")).verdict == "400 2000")
        try bench.state.clock.advance(seconds: 1)
        #expect(bench.rotate(Self.time("2026-02-20T00:00:00Z")).status == 201)
    }

    @Test func `the throttle is per app`() throws {
        let bench = try Bench()
        for _ in 0..<3 { #expect(bench.rotate().status == 201) }
        let other = try bench.state.apps.add(AppProfile(), at: bench.now, random: &bench.random)
        let secret = other.secrets.current.value
        let minted = bench.mint("client_credentials", clientID: other.clientID, secret: secret)
        let token = try #require(minted.json["access_token"] as? String)
        let path = "/v2/marketplace/apps/\(other.marketplaceAppID)/rotate_client_secret"
        let bearer = ("Authorization", "Bearer \(token)")
        #expect(bench.send("POST", path, headers: [bearer], body: Bench.new30).status == 201)
        let foreign = bench.send("POST", bench.rotatePath, headers: [bearer], body: Bench.new30)
        #expect(foreign.json["message"] as? String == "App ID does not exist.", "another app's token")
    }

    @Test func `a token without the scope may not rotate`() throws {
        let bench = try Bench()
        #expect(bench.rotate(token: "nonsense").verdict == "401 124")
        let refused = bench.rotate(token: bench.mintedToken("account_credentials"))
        #expect(refused.verdict == "401 201")
        #expect(
            refused.json["message"] as? String
                == "Invalid access token, does not contain scopes:[marketplace:update:client_secret].")
        bench.state.apps.update(bench.app.number) { $0.setScopes(["scim2"], at: Bench.start) }
        #expect(bench.rotate().verdict == "401 201", "the app itself lacks the scope")
    }

    @Test func `fifty rotations a day for years keep the list short`() throws {
        let bench = try Bench()
        for _ in 0..<500 {
            let time = ZoomTime.text(bench.state.clock.now(at: bench.now).addingTimeInterval(60))
            #expect(bench.rotate(Self.time(time)).status == 201)
            try bench.state.clock.advance(seconds: 1800)
        }
        let app = try #require(bench.state.apps.find(clientID: bench.app.clientID))
        #expect(app.secrets.all.count <= 100)
        #expect(app.scheduleChanges(at: bench.state.clock.now(at: bench.now)).count <= 3)
    }
}
