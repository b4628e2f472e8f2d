import Domain
import SecretMemory
import SocketAPI
import Testing

private let rest = "type:- closes:false body:-"

@Suite struct RequestReaderTests {
    @Test(arguments: [
        ("GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /v1/health mark:- tag:- \(rest)"),
        ("GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / mark:- tag:- \(rest)"),
        (
            "GET /v1/apps/zoom-prod/credentials HTTP/1.1\r\nHost: a\r\nkeyturn-request:1\r\nIf-None-Match: \"7\"\r\n\r\n",
            "GET /v1/apps/zoom-prod/credentials mark:1 tag:\"7\" \(rest)"
        ),
        (
            "GET /v1/apps/A.b_c~d-9/token?min_ttl=60&x=a,b:c HTTP/1.1\r\nhOsT: [::1]:80\r\nX-Empty: \r\nX-Empty:\r\n\r\n",
            "GET /v1/apps/A.b_c~d-9/token min_ttl=60 x=a,b:c mark:- tag:- \(rest)"
        ),
        ("GET /v1/.../..a/a.. HTTP/1.1\r\nHost: a\r\n\r\n", "GET /v1/.../..a/a.. mark:- tag:- \(rest)"),
        ("GET /v1/health HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "GET /v1/health mark:- tag:- \(rest)"),
        ("POST /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1/x mark:- tag:- \(rest)"),
        ("PUT /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "PUT /v1/x mark:- tag:- \(rest)"),
        ("DELETE /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", "DELETE /v1/x mark:- tag:- \(rest)"),
        (
            "PATCH /v1/x HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n\r\n\u{0}x",
            "PATCH /v1/x mark:- tag:- type:application/json closes:false body:\r\n\u{0}x"
        ),
        (
            "GET /v1/x HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nTE: trailers\r\nConnection: upgrade,  CLOSE , te\r\n\r\n",
            "GET /v1/x mark:- tag:- type:- closes:true body:-"
        ),
        ("HEAD /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /v1/x mark:- tag:- \(rest)"),
        ("OPTIONS /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS /v1/x mark:- tag:- \(rest)"),
        ("TRACE /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE /v1/x mark:- tag:- \(rest)"),
        // White space around values, and what is in values that mean nothing here.
        (
            "GET /v1/x HTTP/1.1\r\nHost: \t a\t \r\nKeyturn-Request:\t1 \r\nIf-None-Match:   \"7\"\t\r\nX-A: \t \r\n\r\n",
            "GET /v1/x mark:1 tag:\"7\" \(rest)"
        ),
        (
            "GET /v1/x HTTP/1.1\r\nHost: a\r\nUser-Agent: a\tb \u{E9}\u{85}\u{2028}\u{FFFD}\r\n\r\n",
            "GET /v1/x mark:- tag:- \(rest)"
        ),
        (
            "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length:  2\t\r\nContent-Type: \ta/b\r\n\r\nab",
            "POST /v1/x mark:- tag:- type:a/b closes:false body:ab"
        ),
        (
            "GET /v1/x HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, closed\r\n\r\n",
            "GET /v1/x mark:- tag:- \(rest)"
        ),
    ]) func `an ordinary request is read`(text: String, expected: String) {
        #expect(read(text) == Reading(requests: [expected]))
    }

    @Test(arguments: [
        ("http://k/v1/apps?a=b", "/v1/apps a=b", "k"), ("HTTP://localhost:80/", "/", "localhost:80"),
        ("http://k", "/", "k"), ("http://k?a=b", "/ a=b", "k"), ("http://[::1]:8080/v1", "/v1", "[::1]:8080"),
        ("http://k:/v1", "/v1", "k:"), ("http://anything/v1/apps", "/v1/apps", "anything"),
    ]) func `a target may be a whole URL, whose host counts`(target: String, path: String, host: String) {
        let text = "GET \(target) HTTP/1.1\r\nHost: other\r\n\r\n"
        #expect(read(text) == Reading(requests: ["GET \(path) mark:- tag:- \(rest)"]))
        #expect(request(text)?.host == host)
    }

    @Test(arguments: [
        "", "k", "localhost:8080", "a.b-c_d~e", "1.2.3.4:80", "[::1]", "[::ffff:1.2.3.4]:80", "[fe80::1]:", "a%20b",
        ":80",
        "a!$&'()*+,;=b", "[v1f.a:b]", "%2Frun%2Fkeyturn%2Fagent.sock", "A.EXAMPLE",
    ]) func `every form of a host may be in Host`(host: String) {
        #expect(request("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")?.host == host)
    }

    @Test(arguments: [
        ("0\r\n\r\n", "-"), ("3\r\nabc\r\n0\r\n\r\n", "abc"), ("1\r\na\r\n2\r\nbc\r\n000\r\n\r\n", "abc"),
        ("00000003\r\n\r\n0\r\n0\r\n\r\n", "\r\n0"), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
        ("b\r\n0123456789a\r\n0;last\r\n\r\n", "0123456789a"),
        ("1;a;b=c;d=\"e \\\" ;\";f=\"\"\r\na\r\n0;a=b\r\n\r\n", "a"),
        ("1\r\na\r\n0\r\nX-Sum: 1\r\nX-Note:\t\u{E9}\r\n\r\n", "a"),
        ("10\r\nGET / HTTP/1.1\r\n\r\n0\r\n\r\n", "GET / HTTP/1.1\r\n"),
    ]) func `a body may come in chunks`(chunks: String, body: String) {
        for name in ["Transfer-Encoding: chunked", "TRANSFER-ENCODING:\tCHUNKED "] {
            let reading = read(
                "POST /v1/a HTTP/1.1\r\nHost: a\r\n\(name)\r\n\r\n\(chunks)GET /v1/b HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(
                reading
                    == Reading(requests: [
                        "POST /v1/a mark:- tag:- type:- closes:false body:\(body)", "GET /v1/b mark:- tag:- \(rest)",
                    ]))
        }
    }

    @Test func `a refusal of a HEAD request is marked as one without a body`() {
        for (text, isHeadAlone) in [
            ("HEAD /.. HTTP/1.1\r\n", true), ("HEAD / HTTP/1.1\r\nX\r\n", true), ("GET /.. HTTP/1.1\r\n", false),
            ("HEADS / HTTP/1.1\r\n", false), ("head / HTTP/1.1\r\n", false),
        ] {
            #expect(read(text).refusal?.isHeadAlone == isHeadAlone, "\(text)")
        }
    }

    @Test func `any target is accepted, and the value of Authorization kept, only for a stand-in`() throws {
        func read(_ target: String, _ limits: RequestLimits) -> Request? {
            var reader = RequestReader(limits: limits)
            let text = SecretBytes(copying: "GET \(target) HTTP/1.1\r\nHost: a\r\nAuthorization: Basic eA==\r\n\r\n")
            guard case .request(let request, _) = text.withSpan({ reader.read($0) }) else { return nil }
            return request
        }
        var limits = RequestLimits()
        (limits.takesAnyTarget, limits.keepsAuthorization) = (true, true)
        let odd = "/a//%41/?x=/&x"
        let request = try #require(read(odd, limits))
        #expect(request.target.text == odd && request.authorization == "Basic eA==")
        #expect(read(odd, RequestLimits()) == nil)
        #expect(try #require(read("/a", RequestLimits())).authorization == nil)
    }

    @Test(arguments: Refused.all) func `an unusual request is refused`(input: Refused) {
        let reading = read(input.bytes)
        #expect(reading.requests == [])
        #expect(reading.refusal?.code == input.code)
    }

    @Test func `the table of refused requests has not shrunk`() {
        #expect(Refused.all.count >= 150)
        #expect(Set(Refused.all.map(\.bytes)).count == Refused.all.count)
    }

    @Test func `a refusal repeats nothing that the client sent`() {
        for input in Refused.all {
            let words = read(input.bytes).refusal.map { "\($0.detail) \($0.hint ?? "")" } ?? ""
            #expect(!words.contains("zoom") && !words.contains("apps") && !words.contains("X-"))
        }
    }

    @Test func `a request that reaches a limit to the byte is read`() {
        let body = String(repeating: "b", count: 65_536)
        for text in [
            "GET \(Refused.path(filling: 2_048)) HTTP/1.1\r\nHost: a\r\n\r\n",
            Refused.head(section: 8_192),
            "GET /v1/health HTTP/1.1\r\nHost: a\r\n\(Refused.fieldLines(63))\r\n",
            "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n\(body)",
            Refused.inChunks("10000\r\n\(body)\r\n0\r\n\r\n"),
            Refused.inChunks(String(repeating: "1\r\na\r\n", count: 10_900) + "0\r\n\r\n"),
            "GET /x?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1 HTTP/1.1\r\nHost: a\r\n\r\n",
        ] {
            let reading = read(text)
            #expect(reading.requests.count == 1)
            #expect(reading.refusal == nil)
        }
    }

    @Test func `a body that is too large is refused before any of it has come`() {
        let head = "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n"
        #expect(read(head).refusal?.code == .payloadTooLarge)
    }

    @Test func `an announced length of the greatest size allocates nothing and waits`() {
        let head = "POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n"
        #expect(read(head) == Reading(left: head.utf8.count))
    }

    @Test func `pipelined requests are read one by one, and the bytes behind them stay`() {
        let first = "POST /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGET"
        let second = "GET /v1/b HTTP/1.1\r\nHost: a\r\n\r\n"
        let reading = read(first + second + "DELETE /v1")
        #expect(
            reading
                == Reading(
                    requests: [
                        "POST /v1/a mark:- tag:- type:- closes:false body:GET", "GET /v1/b mark:- tag:- \(rest)",
                    ], left: "DELETE /v1".count))
    }

    @Test func `a refused second request leaves the first one standing`() {
        let good = "GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\n"
        let reading = read(good + "\r\n" + good)
        #expect(reading.requests.count == 1)
        #expect(reading.refusal?.code == .badRequest)
        #expect(reading.left == good.utf8.count + 2)
    }

    @Test func `nothing of one request is seen in the next`() {
        let reading = read(
            "POST /v1/a?x=1 HTTP/1.1\r\nHost: a\r\nKeyturn-Request: 1\r\nIf-None-Match: \"1\"\r\n"
                + "Content-Type: a/b\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb"
                + "GET /v1/b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(reading.requests.last == "GET /v1/b mark:- tag:- \(rest)")
    }

    @Test func `after a refusal nothing more is read`() {
        var reader = RequestReader()
        let bad: [UInt8] = [0]
        let good = Array("GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        guard case .refused(let first) = reader.read(unsafe bad.span.bytes),
            case .refused(let second) = reader.read(unsafe good.span.bytes)
        else {
            Issue.record("not refused")
            return
        }
        #expect(first == second)
    }
}
