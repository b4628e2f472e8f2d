/// Requests that could be read in two ways, or that ask for what is not there, and how each is refused.
struct ConfusingRequest {
    let name: String
    let bytes: [UInt8]
    let status: Int
    /// Whether the connection has no further meaning after the answer.
    let closes: Bool

    private init(_ name: String, _ text: String, _ status: Int, closes: Bool = true) {
        self.name = name
        bytes = Array(text.utf8)
        self.status = status
        self.closes = closes
    }

    private static let ask = "Host: k\r\nKeyturn-Request: 1\r\n"

    private static func line(_ name: String, _ line: String, _ status: Int, closes: Bool = true) -> ConfusingRequest {
        ConfusingRequest(name, line + "\r\n" + ask + "\r\n", status, closes: closes)
    }

    private static func path(_ name: String, _ path: String, _ status: Int = 400, closes: Bool = true)
        -> ConfusingRequest
    {
        line(name, "GET \(path) HTTP/1.1", status, closes: closes)
    }

    private static func head(_ name: String, _ fields: String, _ status: Int = 400, closes: Bool = true)
        -> ConfusingRequest
    {
        ConfusingRequest(
            name, "GET /v1/apps/zoom-prod/credentials HTTP/1.1\r\n" + fields + "\r\n", status, closes: closes)
    }

    private static func chunks(_ name: String, _ chunks: String, _ status: Int = 400) -> ConfusingRequest {
        ConfusingRequest(
            name, "POST /v1/health HTTP/1.1\r\n" + ask + "Transfer-Encoding: chunked\r\n\r\n" + chunks, status)
    }

    static let all: [ConfusingRequest] = paths + lines + fields + bodies + sizes

    private static let paths = [
        path("dot dot", "/v1/apps/../apps/zoom-prod/credentials"),
        path("dot dot behind", "/v1/apps/zoom-prod/credentials/.."),
        path("dot", "/v1/./apps"), path("escaped dots", "/v1/apps/%2e%2e/zoom-prod/credentials"),
        path("escaped letter", "/v1/apps/zoom%2dprod/credentials"),
        path("escaped slash", "/v1/apps/zoom-prod%2fcredentials"),
        path("escaped NUL", "/v1/apps/zoom-prod%00/credentials"), path("NUL", "/v1/apps/zoom-prod\0/credentials"),
        path("tab", "/v1/apps/zoom-prod\t/credentials"), path("beyond ASCII", "/v1/apps/zöom-prod/credentials"),
        path("backslash", "/v1\\apps"), path("semicolon", "/v1/apps/zoom-prod;x=1/credentials"),
        path("fragment", "/v1/health#top"), path("double slash", "/v1//apps"), path("slash at the end", "/v1/apps/"),
        path("no slash", "v1/health"), path("asterisk", "*"),
        path("absolute form of another scheme", "https://k/v1/health"),
        path("absolute form without a host", "http:///v1/health"),
        path("absolute form with a user", "http://u@k/v1/health"),
        path("absolute form with dots", "http://k/v1/../v1/health"),
        path("authority form", "k:80"), path("nobody's user", "//evil/v1/health"),
        path("upper-case name", "/v1/apps/Zoom-Prod/credentials", 400, closes: false),
        path("name that begins with a dash", "/v1/apps/-zoom/credentials", 400, closes: false),
        path("name that is too long", "/v1/apps/" + String(repeating: "a", count: 64) + "/token", 400, closes: false),
        path("upper-case path", "/V1/health", 404, closes: false), path("root", "/", 404, closes: false),
        path("nothing there", "/v1/secrets", 404, closes: false), path("query", "/v1/health?x=1", 400, closes: false),
        path("broken query", "/v1/apps?x"), path("key twice", "/v1/apps/zoom-prod/token?min_ttl=1&min_ttl=2"),
    ]

    private static let lines = [
        line("HTTP/1.0", "GET /v1/health HTTP/1.0", 505), line("HTTP/2.0", "GET /v1/health HTTP/2.0", 505),
        line("HTTP/0.9", "GET /v1/health", 400), line("no version", "GET /v1/health ", 400),
        line("small letters in the version", "GET /v1/health http/1.1", 400),
        line("two spaces", "GET  /v1/health HTTP/1.1", 400), line("space before", " GET /v1/health HTTP/1.1", 400),
        line("space behind", "GET /v1/health HTTP/1.1 ", 400),
        line("empty line before", "\r\nGET /v1/health HTTP/1.1", 400),
        line("small letters in the method", "get /v1/health HTTP/1.1", 501),
        line("unknown method", "STEAL /v1/health HTTP/1.1", 501), line("no method", "/v1/health HTTP/1.1", 400),
        ConfusingRequest("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        ConfusingRequest("TLS", "\u{16}\u{03}\u{01}\u{02}\0\u{01}", 400),
        ConfusingRequest("bare LF everywhere", "GET /v1/health HTTP/1.1\nHost: k\nKeyturn-Request: 1\n\n", 400),
        ConfusingRequest("bare CR", "GET /v1/health HTTP/1.1\rHost: k\r\n\r\n", 400),
    ]

    private static let fields = [
        head("bare LF", "Host: k\nKeyturn-Request: 1\r\n"), head("folded", ask + "X-A: b\r\n c\r\n"),
        head("folded with a tab", ask + "X-A: b\r\n\tc\r\n"), head("no colon", ask + "X-A\r\n"),
        head("space before the colon", ask + "X-A : b\r\n"), head("no name", ask + ": b\r\n"),
        head("NUL in a value", ask + "X-A: \0\r\n"), head("NUL in a name", ask + "X\0A: b\r\n"),
        head("no Host", "Keyturn-Request: 1\r\n"), head("Host twice", ask + "Host: k\r\n"),
        head("Host with a path", "Host: k/v1\r\nKeyturn-Request: 1\r\n"),
        head("Host with a user", "Host: u@k\r\nKeyturn-Request: 1\r\n"),
        head("Host with no port", "Host: k:x\r\nKeyturn-Request: 1\r\n"),
        head("tab in a field that counts", "Host: k\r\nKeyturn-Request: 1\t1\r\n"),
        head("UTF-8 in a field that counts", ask + "If-None-Match: \"é\"\r\n"),
        head("Keyturn-Request twice", ask + "Keyturn-Request: 1\r\n"),
        head("Keyturn-Request missing", "Host: k\r\n", 400, closes: false),
        head("Keyturn-Request 0", "Host: k\r\nKeyturn-Request: 0\r\n", 400, closes: false),
        head("Keyturn-Request 11", "Host: k\r\nKeyturn-Request: 11\r\n", 400, closes: false),
        head("If-None-Match twice", ask + "If-None-Match: \"1\"\r\nIf-None-Match: \"1\"\r\n"),
        head("Expect", ask + "Expect: 100-continue\r\n", 417),
    ]

    private static let bodies = [
        head("lengths that agree", ask + "Content-Length: 0\r\nContent-Length: 0\r\n"),
        head("lengths that differ", ask + "Content-Length: 0\r\nContent-Length: 70\r\n"),
        head("list of lengths", ask + "Content-Length: 0, 0\r\n"),
        head("signed length", ask + "Content-Length: +0\r\n"),
        head("negative length", ask + "Content-Length: -1\r\n"),
        head("hexadecimal length", ask + "Content-Length: 0x0\r\n"),
        head("length beyond all numbers", ask + "Content-Length: 99999999999999999999\r\n"),
        head("no length", ask + "Content-Length:\r\n"),
        head("GET in chunks", ask + "Transfer-Encoding: chunked\r\n"),
        chunks("bare LF behind a size", "2\n{}\r\n0\r\n\r\n"), chunks("bare LF behind data", "2\r\n{}\n0\r\n\r\n"),
        chunks("size too small", "1\r\n{}\r\n0\r\n\r\n"), chunks("signed size", "+2\r\n{}\r\n0\r\n\r\n"),
        chunks("long size", "000000002\r\n{}\r\n0\r\n\r\n"),
        chunks("bare LF in an extension", "2;a\nb\r\n{}\r\n0\r\n\r\n"),
        chunks("length behind the body", "0\r\nContent-Length: 2\r\n\r\n"),
        chunks("size too large", "FFFFFFFF\r\n", 413),
        ConfusingRequest(
            "another coding", "POST /v1/health HTTP/1.1\r\n" + ask + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ConfusingRequest(
            "chunked twice", "POST /v1/health HTTP/1.1\r\n" + ask + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400),
        head("chunked and a length", ask + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n"),
        head("identity", ask + "Transfer-Encoding: identity\r\n"),
        head("GET with a body", ask + "Content-Length: 2\r\n\r\n{}"),
    ]

    private static let sizes = [
        path("long line", "/v1/" + String(repeating: "a", count: 3_000), 414),
        ConfusingRequest("line without end", "GET /" + String(repeating: "a", count: 100_000), 414),
        head("long field", ask + "X-A: " + String(repeating: "b", count: 9_000) + "\r\n", 431),
        head("field without end", ask + "X-A: " + String(repeating: "b", count: 100_000), 431),
        head("many fields", ask + String(repeating: "X-A: b\r\n", count: 100), 431),
        ConfusingRequest(
            "large body", "POST /v1/health HTTP/1.1\r\n" + ask + "Content-Length: 1000000000\r\n\r\n", 413),
    ]
}
