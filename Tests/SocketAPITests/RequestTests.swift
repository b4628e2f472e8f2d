import SocketAPI
import Testing

@Suite struct RequestTests {
    private static func read(_ target: String, _ line: String = "X: y") throws -> Request {
        try #require(request("GET \(target) HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n"))
    }

    @Test(arguments: [
        ("/v1/health", "/v1/health"), ("/", "/"), ("/v1/apps/*/credentials", "/v1/apps/zoom-prod/credentials"),
        ("/v1/apps/*", "/v1/apps/a"), ("/v1/apps/*/credentials/*", "/v1/apps/a/credentials/client_id?x=y"),
    ]) func `a pattern matches its own paths`(pattern: String, target: String) throws {
        #expect(try Self.read(target).target.matches(pattern))
    }

    @Test(arguments: [
        ("/v1/health", "/v1/healt"), ("/v1/health", "/v1/healthy"), ("/v1/health", "/v1/Health"),
        ("/v1/apps/*/credentials", "/v1/apps/credentials"), ("/v1/apps/*/credentials", "/v1/apps/a/b/credentials"),
        ("/v1/apps/*/credentials", "/v1/apps/a/credentials/client_id"), ("/v1/apps/*", "/v1/apps"),
        ("/v1/apps", "/v1/apps/a"), ("/", "/v1"), ("/v1", "/"), ("/v1/apps/*", "/"),
    ]) func `a pattern matches no other path`(pattern: String, target: String) throws {
        #expect(try !Self.read(target).target.matches(pattern))
    }

    @Test func `segments are counted from 0 and end with the path`() throws {
        let target = try Self.read("/v1/apps/zoom-prod/token?a=b").target
        #expect((0..<5).map { target.segment($0) } == ["v1", "apps", "zoom-prod", "token", nil])
        #expect(try Self.read("/").target.segment(0) == nil)
        #expect(target.path == "/v1/apps/zoom-prod/token")
    }

    @Test func `a query is looked up by whole keys`() throws {
        let target = try Self.read("/v1/x?after=7&wait=30&b=a:b,c").target
        #expect(target.query("after") == "7")
        #expect(target.query("wait") == "30")
        #expect(target.query("b") == "a:b,c")
        #expect(["a", "afte", "7", "after=7", "", "c", "AFTER"].allSatisfy { target.query($0) == nil })
        #expect(target.queryKeys == ["after", "wait", "b"])
        #expect(try Self.read("/v1/x").target.queryKeys == [])
    }

    @Test func `If-None-Match names credentials only as a whole tag, of generation and secret`() throws {
        let tag = try #require(EntityTag(generation: 7, fingerprint: "0a"))
        for value in ["\"7-0a\"", "W/\"7-0a\"", "*", "\"6-0b\", \"7-0a\"", "\"6\",W/\"7-0a\",\"8\""] {
            #expect(try Self.read("/v1/x", "If-None-Match: \(value)").alreadyHas(tag), "\(value)")
        }
        for value in ["\"7\"", "7-0a", "\"77-0a\"", "\"7-0b\"", "\"6-0a\"", "", "\"7-0a", "w/\"7-0a\"", "\"6, 7-0a\""] {
            #expect(try !Self.read("/v1/x", "If-None-Match: \(value)").alreadyHas(tag), "\(value)")
        }
        #expect(try !Self.read("/v1/x").alreadyHas(tag))
        #expect(try !Self.read("/v1/x", "If-None-Match: *").alreadyHas(nil))
    }

    @Test(arguments: ["", "0G", "0a\r\n", "\"", "0A"])
    func `a tag has digits and nothing that could end a line`(fingerprint: String) {
        #expect(EntityTag(generation: 1, fingerprint: fingerprint) == nil)
    }
}
