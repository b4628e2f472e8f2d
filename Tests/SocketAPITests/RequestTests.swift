import SocketAPI
import Testing

@Suite struct RequestTests {
    private static func read(_ target: String, _ line: String = "X: y") throws -> Request {
        try #require(request("GET \(target) HTTP/1.1\r\nHost: a\r\n\(line)\r\n\r\n"))
    }

    @Test(
        "a pattern takes its own paths",
        arguments: [
            ("/v1/health", "/v1/health"), ("/", "/"), ("/v1/apps/*/credentials", "/v1/apps/zoom-prod/credentials"),
            ("/v1/apps/*", "/v1/apps/a"), ("/v1/apps/*/credentials/*", "/v1/apps/a/credentials/client_id?x=y"),
        ])
    func matches(pattern: String, target: String) throws {
        #expect(try Self.read(target).target.matches(pattern))
    }

    @Test(
        "a pattern takes no other path",
        arguments: [
            ("/v1/health", "/v1/healt"), ("/v1/health", "/v1/healthy"), ("/v1/health", "/v1/Health"),
            ("/v1/apps/*/credentials", "/v1/apps/credentials"), ("/v1/apps/*/credentials", "/v1/apps/a/b/credentials"),
            ("/v1/apps/*/credentials", "/v1/apps/a/credentials/client_id"), ("/v1/apps/*", "/v1/apps"),
            ("/v1/apps", "/v1/apps/a"), ("/", "/v1"), ("/v1", "/"), ("/v1/apps/*", "/"),
        ])
    func doesNotMatch(pattern: String, target: String) throws {
        #expect(try !Self.read(target).target.matches(pattern))
    }

    @Test("segments are counted from 0 and end with the path") func segments() throws {
        let target = try Self.read("/v1/apps/zoom-prod/token?a=b").target
        #expect((0..<5).map { target.segment($0) } == ["v1", "apps", "zoom-prod", "token", nil])
        #expect(try Self.read("/").target.segment(0) == nil)
        #expect(target.path == "/v1/apps/zoom-prod/token")
    }

    @Test("a query is looked up by whole keys") func query() throws {
        let target = try Self.read("/v1/x?after=7&wait=30&b=a:b,c").target
        #expect(target.query("after") == "7")
        #expect(target.query("wait") == "30")
        #expect(target.query("b") == "a:b,c")
        #expect(["a", "afte", "7", "after=7", "", "c", "AFTER"].allSatisfy { target.query($0) == nil })
        #expect(target.queryKeys == ["after", "wait", "b"])
        #expect(try Self.read("/v1/x").target.queryKeys == [])
    }

    @Test("If-None-Match names a generation only as a whole tag") func noneMatch() throws {
        for value in ["\"7\"", "W/\"7\"", "*", "\"6\", \"7\"", "\"6\",W/\"7\",\"8\""] {
            #expect(try Self.read("/v1/x", "If-None-Match: \(value)").alreadyHas(generation: 7), "\(value)")
        }
        for value in ["7", "\"77\"", "\"6\"", "", "\"7", "w/\"7\"", "\"6, 7\""] {
            #expect(try !Self.read("/v1/x", "If-None-Match: \(value)").alreadyHas(generation: 7), "\(value)")
        }
        #expect(try !Self.read("/v1/x").alreadyHas(generation: 7))
    }
}
