import SocketAPI
import Testing

/// A request that must be refused, and with which code.
struct Refused: CustomTestStringConvertible {
    let why: String
    let bytes: [UInt8]
    let code: ProblemCode

    init(_ why: String, _ text: String, _ code: ProblemCode = .badRequest) {
        self.init(why, bytes: Array(text.utf8), code)
    }

    init(_ why: String, bytes: [UInt8], _ code: ProblemCode = .badRequest) {
        self.why = why
        self.bytes = bytes
        self.code = code
    }

    var testDescription: String { why }
}

/// A valid request with one more line in its head.
private func with(_ line: String, method: String = "GET", body: String = "") -> String {
    "\(method) /v1/health HTTP/1.1\r\nHost: a\r\nKeyturn-Request: 1\r\n\(line)\r\n\r\n\(body)"
}

private func target(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n" }
private func line(_ line: String) -> String { "\(line)\r\nHost: a\r\n\r\n" }

extension Refused {
    static let all: [Refused] =
        targets + queries + lines + lineEnds + controlBytes + fields + hosts + lengths + overlong + smuggling + chunks
        + strangers

    private static let targets: [Refused] = [
        "/v1/apps/..", "/v1/apps/../credentials", "/..", "/.", "/./v1/health", "/v1/./health", "/v1/health/.",
        "/v1/health/..", "/v1/apps/%2e%2e/credentials", "/v1/apps/%2E/token", "/v1/apps/zoom%2dprod", "/%00",
        "/v1/apps/a%2fb", "/v1/apps/%5c", "//", "//v1/health", "/v1//health", "/v1/health/", "/v1/health//",
        "/v1/apps/a\\b", "/v1/apps/a;b", "/v1/apps/a:b", "/v1/apps/a@b", "/v1/apps/a+b", "/v1/apps/*", "/v1/apps/a,b",
        "/v1/apps/a'b", "/v1/apps/a\"b", "/v1/apps/<a>", "/v1/apps/a|b", "/v1/apps/{app}", "/v1/apps/a=b", "/v1/a&b",
        "/v1/apps/$a", "/v1/apps/(a)", "/v1/apps/a!", "/v1/apps/^", "/v1/apps/`a`", "/v1/apps/[a]",
        "/v1/health#", "/v1/health#top", "#", "https://a/", "http:/a/", "http:///v1", "http://", "http://?a=b",
        "http://:80/v1",
        "http://u@k/v1", "http://u:p@k/v1", "http://k:x/v1", "http://k#f", "http://[::g]/v1", "http://[::1/v1",
        "http://k//v1",
        "http://k/v1/..", "http://k/%61", "http://k?a", "http://a b/", "ftp://k/v1", "http:k", "http:", "/http://k/v1",
        "unix:///run/keyturn", "localhost:80", "localhost", "*", "v1/health", "?a=b", ".", "..", "~/x", "\\",
        "/v1/apps/\u{E4}", "/v1/apps/\u{FF0E}\u{FF0E}/x", "/v1/apps/a\u{2044}b", "/v1/apps/\u{200B}",
    ].map { Refused("target \($0)", target($0)) }

    private static let queries: [Refused] = [
        "?", "?a", "?a=", "?=b", "?=", "?a=b&", "?&a=b", "?a=b&&c=d", "?a=b&a=b", "?a=b&a=c", "?a=1&b=2&a=3", "?a=b=c",
        "?a=%31", "?%61=1", "?a=b+c", "?a=b;c=d", "?a=b?c=d", "?a=b/c", "?a=b#c", "?a=\"b\"", "?a[]=1", "?a=b&c",
        "?a=*",
        "?a=../b", "?a=\u{E9}",
        "?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1",
    ].map { Refused("query \($0)", target("/v1/apps/a/token" + $0)) }

    private static let malformedLines: [String] = [
        "GET /v1/health", "GET", " ", "", "GET  /v1/health HTTP/1.1", "GET /v1/health  HTTP/1.1",
        " GET /v1/health HTTP/1.1", "GET /v1/health HTTP/1.1 ", "GET\t/v1/health\tHTTP/1.1",
        "GET /v1/health\u{A0}HTTP/1.1", "GET /v1/apps/a b HTTP/1.1", "GET /v1/health HTTP/1.1 HTTP/1.1",
        "GET HTTP/1.1", "/v1/health HTTP/1.1", "GET /v1/health HTTP/2", "GET /v1/health HTTP/1.10",
        "GET /v1/health HTTP/01.1", "GET /v1/health http/1.1", "GET /v1/health HTTP/1,1",
        "GET /v1/health HTTP 1.1", "GET /v1/health HTTPS/1.1", "GET /v1/health HTTP/1.", "GET /v1/health RTSP/1.0",
        "GET /v1/health SIP/2.0", "G(T /v1/health HTTP/1.1", "GET: /v1/health HTTP/1.1",
        "\"GET\" /v1/health HTTP/1.1",
    ]

    private static let otherVersions: [String] = [
        "GET /v1/health HTTP/1.0", "GET /v1/health HTTP/2.0", "GET /v1/health HTTP/0.9", "GET /v1/health HTTP/1.2",
        "GET /v1/health HTTP/3.0", "HEAD /v1/health HTTP/1.0",
    ]

    private static let unservedMethods: [String] = [
        "OPTIONS * HTTP/1.1", "CONNECT localhost:80 HTTP/1.1", "CONNECT /v1/health HTTP/1.1",
    ]

    private static let unknownMethods: [String] = [
        "PROPFIND /v1 HTTP/1.1", "get /v1/health HTTP/1.1", "Get /v1/health HTTP/1.1", "GETT /v1/health HTTP/1.1",
        "GE /v1/health HTTP/1.1", "QUERY /v1/health HTTP/1.1",
    ]

    private static let lines: [Refused] =
        malformedLines.map { Refused("line '\($0)'", line($0)) }
        + otherVersions.map { Refused("line '\($0)'", line($0), .versionNotSupported) }
        + unservedMethods.map { Refused("line '\($0)'", line($0), .methodNotAllowed) }
        + unknownMethods.map { Refused("line '\($0)'", line($0), .notImplemented) }

    private static let lineEnds: [Refused] = [
        Refused("bare LF after the request line", "GET /v1/health HTTP/1.1\nHost: a\r\n\r\n"),
        Refused("bare LF after a field", "GET /v1/health HTTP/1.1\r\nHost: a\nKeyturn-Request: 1\r\n\r\n"),
        Refused("bare LF at the end of the head", "GET /v1/health HTTP/1.1\r\nHost: a\r\n\n"),
        Refused("LF LF everywhere", "GET /v1/health HTTP/1.1\nHost: a\n\n"),
        Refused("bare CR after the request line", "GET /v1/health HTTP/1.1\rHost: a\r\n\r\n"),
        Refused("bare CR in a value", with("X-A: b\rc")),
        Refused("CR CR LF", "GET /v1/health HTTP/1.1\r\r\nHost: a\r\n\r\n"),
        Refused("LF CR", "GET /v1/health HTTP/1.1\n\rHost: a\n\r\n\r"),
        Refused("CRLF before the request", "\r\nGET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused("LF before the request", "\nGET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused("obsolete folding with a space", with("X-A: b\r\n c")),
        Refused("obsolete folding with a tab", with("X-A: b\r\n\tc")),
        Refused("folded first field", "GET /v1/health HTTP/1.1\r\n Host: a\r\n\r\n"),
        Refused("a line of one space", with(" ")),
        Refused("folded, and then as a field", with("X-A: b\r\n\tX-B: c")),
    ]

    private static let controlBytes: [Refused] =
        ([0x00, 0x01, 0x07, 0x08, 0x09, 0x0B, 0x0C, 0x1B, 0x1F, 0x7F, 0x80, 0xA0, 0xFF] as [UInt8]).flatMap { byte in
            let hex = String(byte, radix: 16)
            func spliced(_ before: String, _ after: String) -> [UInt8] {
                Array(before.utf8) + [byte] + Array(after.utf8)
            }
            return [
                Refused("byte \(hex) in the method", bytes: spliced("GE", "T /v1/health HTTP/1.1\r\nHost: a\r\n\r\n")),
                Refused("byte \(hex) in the path", bytes: spliced("GET /v1/", "health HTTP/1.1\r\nHost: a\r\n\r\n")),
                Refused("byte \(hex) in a name", bytes: spliced("GET /v1/health HTTP/1.1\r\nHo", "st: a\r\n\r\n")),
                Refused("byte \(hex) in a value", bytes: spliced("GET /v1/health HTTP/1.1\r\nHost: a", "b\r\n\r\n")),
            ]
        }

    private static let fields: [Refused] =
        [
            "Host : a", "X-A : b", ": b", ":", " X-A: b", "X A: b", "X-A", "X-A b", "X(A): b", "X\"A: b", "X/A: b",
            "X@A: b",
            "X[A]: b", "X{A}: b", "X,A: b", "X;A: b", "X=A: b", "X?A: b", "X\\A: b", "X<A>: b", "X-\u{C4}: b",
            "X-A\t: b", "\tX-A: b", "\u{FF}: b", "X-A\u{A0}: b",
            "Keyturn-Request:\u{A0}1", "If-None-Match: \"1\t\"", "If-None-Match: \"\u{E9}\"", "Content-Type: a\tb",
            "Content-Type: \u{E9}", "Connection: a,\tclose", "Connection: close\u{A0}", "Content-Length: 0\u{A0}",
            "Content-Length:\u{0B}0", "GET / HTTP/1.1", "Host: b", "host: a",
            "HOST: a",
            "Keyturn-Request: 1", "keyturn-request: 0", "KEYTURN-REQUEST: 1",
            "If-None-Match: \"1\"\r\nIf-None-Match: \"2\"", "Content-Type: a/b\r\nContent-Type: a/b",
            "Connection: close\r\nConnection: keep-alive", "Content-Length: 0\r\ncontent-length: 0",
        ].map { Refused("field '\($0)'", with($0)) } + [
            Refused("no Host", "GET /v1/health HTTP/1.1\r\nKeyturn-Request: 1\r\n\r\n"),
            Refused("no fields", "GET /v1/health HTTP/1.1\r\n\r\n"),
            Refused("Host only behind the head", "GET /v1/health HTTP/1.1\r\n\r\nHost: a\r\n\r\n"),
            Refused("Expect", with("Expect: 100-continue", method: "POST"), .expectationFailed),
            Refused("Expect of something else", with("expect: tea"), .expectationFailed),
        ]

    private static let lengths: [Refused] =
        [
            "", "-1", "+1", "1 1", "1,1", "1, 1", "0x1", "1.0", "1e1", "01", "00", "one", "\u{0661}", "1;", "'1'",
            "1_0", "--", " ",
        ].map { Refused("Content-Length '\($0)'", with("Content-Length: \($0)", method: "POST", body: "1")) } + [
            Refused("equal lengths twice", with("Content-Length: 1\r\nContent-Length: 1", method: "POST", body: "1")),
            Refused("conflicting lengths", with("Content-Length: 1\r\nContent-Length: 2", method: "POST", body: "12")),
            Refused("GET with a body", with("Content-Length: 1", body: "1")),
            Refused("HEAD with a body", with("Content-Length: 1", method: "HEAD", body: "1")),
            Refused("OPTIONS with a body", with("Content-Length: 1", method: "OPTIONS", body: "1")),
            Refused("DELETE with a body", with("Content-Length: 1", method: "DELETE", body: "1")),
            Refused(
                "length of 40 digits", with("Content-Length: \(String(repeating: "9", count: 40))", method: "PUT"),
                .payloadTooLarge),
            Refused("length of 2^63 - 1", with("Content-Length: 9223372036854775807", method: "PUT"), .payloadTooLarge),
            Refused("length of 2^63", with("Content-Length: 9223372036854775808", method: "PUT"), .payloadTooLarge),
            Refused("length of 2^64", with("Content-Length: 18446744073709551616", method: "PUT"), .payloadTooLarge),
            Refused(
                "length of 2^64 + 1", with("Content-Length: 18446744073709551617", method: "PUT"), .payloadTooLarge),
        ]

    private static let overlong: [Refused] = [
        Refused("line one byte too long", target(path(filling: 2_049)), .uriTooLong),
        Refused("endless line", bytes: [UInt8](repeating: UInt8(ascii: "a"), count: 3_000), .uriTooLong),
        Refused("head one byte too large", head(section: 8_193), .headersTooLarge),
        Refused("head one byte too large before it ends", String(head(section: 8_195).dropLast(2)), .headersTooLarge),
        Refused("endless name", "GET /v1/health HTTP/1.1\r\n" + String(repeating: "a", count: 8_192), .headersTooLarge),
        Refused("one field too many", "GET /v1/health HTTP/1.1\r\nHost: a\r\n\(fieldLines(64))\r\n", .headersTooLarge),
        Refused("body one byte too large", with("Content-Length: 65537", method: "POST"), .payloadTooLarge),
    ]

    private static let smuggling: [Refused] =
        [
            "Transfer-Encoding: identity", "Transfer-Encoding:", "Transfer-Encoding: ,", "Transfer-Encoding: chunked,",
            "Transfer-Encoding: xchunked", "Transfer-Encoding : chunked", "Transfer-Encoding:\u{0B}chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5", "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 0", "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: \"chunked\"",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "Transfer-Encoding: chun\tked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\u{A0}",
            "Transfer-Encoding: gzip,\tchunked", "X-A: b\nTransfer-Encoding: chunked",
            "X-A: b\r\n Transfer-Encoding: chunked", "Content-Length : 5", "Content-Length: 5\u{00}",
            "Content-Length: 5\r\n 0",
        ].map {
            Refused(
                "smuggling by '\($0)'", with($0, method: "POST", body: "0\r\n\r\nGET / HTTP/1.1\r\nHost: b\r\n\r\n"))
        } + [
            Refused("another coding", with("Transfer-Encoding: gzip, chunked", method: "POST"), .notImplemented),
            Refused("a coding nobody knows", with("Transfer-Encoding: ,tea,CHUNKED", method: "POST"), .notImplemented),
            Refused("GET in chunks", with("Transfer-Encoding: chunked", body: "0\r\n\r\n")),
            Refused("DELETE in chunks", with("Transfer-Encoding: chunked", method: "DELETE", body: "0\r\n\r\n")),
            Refused(
                "HTTP/1.0 in chunks", "POST /v1/x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                .versionNotSupported),
        ]

    private static let hosts: [Refused] = [
        "a b", "a/b", "u@a", "a?b", "a#b", "a:b", "a:80:80", "a:-1", "[", "[]", "[::1", "[::1]a", "[::1]:x", "::1",
        "[a]", "[1.2.3.4]", "[fe80::1%eth0]", "[v1]", "[v.a]", "[vg.a]", "[v1.]", "[v1./]", "a%", "a%2", "a%zz", "a\\b",
        "a\"b", "a<b>", "http://a", "\u{E4}", "a^b", "{a}", "a|b", "`a`", "[1:2:3:4:5:6:7:8:9]", "[::1::2]",
    ].map { Refused("Host '\($0)'", "GET /v1/health HTTP/1.1\r\nHost: \($0)\r\n\r\n") }

    /// What is wrong with a body in chunks.
    private static let chunks: [Refused] =
        [
            "\r\n", " 0\r\n\r\n", "0 \r\n\r\n", "0\t\r\n\r\n", "-1\r\n", "+1\r\na\r\n", "0x1\r\na\r\n", "g\r\n",
            "1_0\r\n",
            "1\na\r\n0\r\n\r\n", "1\r\na\n0\r\n\r\n", "0\n\r\n", "0\r\n\n", "0\r\r\n", "1\ra\r\n", "1\r\na0\r\n\r\n",
            "1\r\nab\r\n0\r\n\r\n", "2\r\na\r\n0\r\n\r\n", "1\r\na\r0\r\n", "000000001\r\na\r\n0\r\n\r\n",
            "FFFFFFFFF\r\n",
            "1000000000000000000000\r\n", "10000000000000001\r\na\r\n", ";a\r\n", "1;\r\na\r\n", "1;;\r\na\r\n",
            "1;=b\r\na\r\n",
            "1;a=\r\na\r\n", "1 ;a\r\na\r\n", "1; a\r\na\r\n", "1;a =b\r\na\r\n", "1;a= b\r\na\r\n", "1;a=b \r\na\r\n",
            "1;a=\"b\r\na\r\n", "1;a=\"b\\\"\r\na\r\n", "1;a=\"b\"c\r\na\r\n", "1;a\nb\r\na\r\n", "1;a=\"\n\"\r\na\r\n",
            "1;a=\u{E9}\r\na\r\n", "1;a=\"\t\"\r\na\r\n", "1;\0\r\na\r\n",
            "1;a=\(String(repeating: "b", count: 300))\r\na\r\n",
            "0\r\nX\r\n\r\n", "0\r\n X: y\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\nX: y\r\n z\r\n\r\n",
            "0\r\nX: y\nZ: a\r\n\r\n",
            "0\r\nContent-Length: 0\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nHost: b\r\n\r\n",
            "0\r\nKeyturn-Request: 1\r\n\r\n", "0\r\nConnection: close\r\n\r\n", "0\r\nX: \0\r\n\r\n",
        ].map { Refused("chunks \($0)", with("Transfer-Encoding: chunked", method: "POST", body: $0)) } + [
            Refused("a chunk one byte too large", inChunks("10001\r\n"), .payloadTooLarge),
            Refused("a chunk of 4 GiB", inChunks("ffffffff\r\n"), .payloadTooLarge),
            Refused(
                "chunks one byte too large",
                inChunks("10000\r\n" + String(repeating: "b", count: 65_536) + "\r\n1\r\n"), .payloadTooLarge),
            Refused(
                "too many small chunks", inChunks(String(repeating: "1\r\na\r\n", count: 13_109)), .payloadTooLarge),
            Refused("zeros without end", inChunks(String(repeating: "0", count: 300))),
            Refused("trailer fields without end", inChunks("0\r\n" + fieldLines(65)), .headersTooLarge),
            Refused(
                "a trailer field without end", inChunks("0\r\nX: " + String(repeating: "a", count: 9_000)),
                .headersTooLarge),
        ]

    static func inChunks(_ body: String) -> String { with("Transfer-Encoding: chunked", method: "POST", body: body) }

    private static let strangers: [Refused] = [
        Refused("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
        Refused("TLS ClientHello", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03, 0x5A]),
        Refused("SSLv2 hello", bytes: [0x80, 0x2E, 0x01, 0x00, 0x02, 0x00, 0x15, 0x00, 0x00, 0x00, 0x10]),
        Refused("SSH", "SSH-2.0-OpenSSH_9.2\r\n"),
        Refused("ssh-agent", bytes: [0, 0, 0, 1, 11]),
        Refused("Redis", "*1\r\n$4\r\nPING\r\n"),
        Refused("PROXY protocol", "PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\n\r\n"),
        Refused("PROXY protocol, binary", bytes: [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51]),
        Refused("D-Bus", bytes: [0] + Array("AUTH EXTERNAL 30\r\n".utf8)),
        Refused("HTTP/0.9", "GET /\r\n"),
        Refused("a response", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Refused("JSON", "{\"method\":\"GET\"}\r\n"),
        Refused("byte order mark", "\u{FEFF}GET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n"),
        Refused("UTF-16", bytes: Array("GET /v1/health HTTP/1.1".utf8).flatMap { [0, $0] }),
        Refused("zeros", bytes: [UInt8](repeating: 0, count: 64)),
    ]

    /// A path with which the line `GET path HTTP/1.1` has this many bytes.
    static func path(filling line: Int) -> String { "/" + String(repeating: "a", count: line - "GET / HTTP/1.1".count) }

    /// A request whose header section has this many bytes.
    static func head(section: Int) -> String {
        let fixed = "Host: a\r\nX-Fill: \r\n\r\n".utf8.count
        return "GET /v1/health HTTP/1.1\r\nHost: a\r\nX-Fill: \(String(repeating: "a", count: section - fixed))\r\n\r\n"
    }

    static func fieldLines(_ count: Int) -> String { (0..<count).map { "X-\($0): \($0)\r\n" }.joined() }
}
