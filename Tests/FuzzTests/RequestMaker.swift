import TestSupport

/// Makes what a connection might say: requests in good form, in odd form, and in the forms by which one program is made
/// to see another request than the next one.
struct RequestMaker {
    var dice: Dice

    /// One to four requests in a row.
    mutating func next() -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...dice.below(4) { bytes += request() }
        // Rarely also in bad form, where a program may go on reading behind the mistake.
        if dice.below(4) == 0, !bytes.isEmpty {
            let spice: [UInt8] = [0x0D, 0x0A, 0x20, 0x09, 0x3A, 0x2C, 0x30, 0x00, 0xFF, 0x3B]
            bytes[dice.below(bytes.count)] = dice.oneOf(spice)
        }
        return bytes
    }

    private mutating func request() -> [UInt8] {
        var body = self.body()
        let method = dice.oneOf(
            body.isEmpty ? ["GET", "GET", "DELETE", "POST", "HEAD", "OPTIONS"] : ["POST", "PUT", "PATCH", "GET"])
        var fields = [dice.oneOf(["Host: k", "host:k", "HOST: localhost", "Host:", "Host: a:80"])]
        if !body.isEmpty, dice.below(3) == 0 {
            fields.append(dice.oneOf(Self.chunked))
            body = inChunks(body)
        } else if !body.isEmpty || dice.below(4) == 0 {
            fields.append(length(body.count))
        }
        for _ in 0..<dice.below(4) { fields.append(dice.oneOf(Self.plain)) }
        if dice.below(12) == 0 { fields.append(dice.oneOf(Self.odd)) }
        fields.shuffle(using: &dice)
        let end = dice.below(25) == 0 ? "\n" : "\r\n"
        let line = "\(method) \(target()) HTTP/1.1"
        return Array(([line] + fields).joined(separator: end).utf8) + Array((end + end).utf8) + body
    }

    private mutating func target() -> String {
        if dice.below(12) == 0 {
            return dice.oneOf([
                "/v1//a", "*", "/v1/%61", "http://k/v1", "http://k:80?a=1", "HTTP://k", "/v1#f", "/v1?a", "/v1?a=1&a=2",
                "/..",
            ])
        }
        let path = dice.oneOf([
            "/", "/v1/health", "/v1/apps", "/v1/apps/a/token", "/v1/apps/a.b_c~d-e/credentials/client_id",
        ])
        return path + dice.oneOf(["", "?min_ttl=60", "?a=1&b=x,y:z"])
    }

    private mutating func inChunks(_ body: [UInt8]) -> [UInt8] {
        var (rest, bytes) = (body[...], [UInt8]())
        while !rest.isEmpty {
            let size = 1 + dice.below(rest.count)
            let said = dice.below(20) == 0 ? size + 1 : size
            let line = dice.oneOf(["", "", "0"]) + String(said, radix: 16, uppercase: dice.below(2) == 0)
            bytes += Array((line + extensions() + "\r\n").utf8) + rest.prefix(size) + Array("\r\n".utf8)
            rest = rest.dropFirst(size)
        }
        let trailer =
            dice.below(6) == 0 ? dice.oneOf(Self.plain + Self.odd + ["X-Sum: 1", "Content-Length: 1"]) + "\r\n" : ""
        return bytes + Array((dice.oneOf(["0", "0", "000"]) + extensions() + "\r\n" + trailer + "\r\n").utf8)
    }

    private mutating func extensions() -> String {
        guard dice.below(6) == 0 else { return "" }
        return dice.oneOf([
            ";a", ";a=b", ";a=\"b;\\\"c\"", ";a;b=\"\"", " ", ";", ";a=", ";a=\"b", "; a", ";a=b;c", ";a\n",
        ])
    }

    private static let chunked = [
        "Transfer-Encoding: chunked", "transfer-encoding:chunked", "Transfer-Encoding:\tChunked ",
        "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked,",
    ]

    private mutating func length(_ count: Int) -> String {
        guard dice.below(10) == 0 else { return dice.oneOf(["Content-Length: ", "content-length:"]) + "\(count)" }
        return dice.oneOf([
            "Content-Length: +\(count)", "Content-Length: 0\(count)", "Content-Length : \(count)",
            "Content-Length: \(count), \(count)", "Content-Length: \(count)\r\nContent-Length: \(count + 1)",
            "Content-Length: \(count) ", "Content-Length:  \(count)", "Content-Length: 0x\(count)", "Content-Length:",
            "Content-Length: \(max(0, count - 1))", "Content-Length: \(count + 1)", "Content_Length: \(count)",
            "Content-Length: \(count)\r\nTransfer-Encoding: chunked", "Content-Length: 18446744073709551616",
        ])
    }

    private mutating func body() -> [UInt8] {
        switch dice.below(6) {
        case 0: Array("{\"generation\":1}".utf8)
        case 1: Array("GET /v1/hidden HTTP/1.1\r\nHost: k\r\n\r\n".utf8)
        case 2: Array("0\r\n\r\nGET /v1/hidden HTTP/1.1\r\nHost: k\r\n\r\n".utf8)
        case 3: dice.bytes(dice.below(40))
        default: []
        }
    }

    private static let plain = [
        "Keyturn-Request: 1", "keyturn-request:1", "If-None-Match: \"3\"", "If-None-Match: *",
        "Content-Type: application/json", "Connection: close", "Connection: keep-alive", "connection:CLOSE",
        "Connection: x, close", "Connection: keep-alive, close", "Connection: closed", "Connection:", "Accept: */*",
        "User-Agent: curl/8", "X: a:b", "X-Empty:", "Accept-Encoding: gzip, deflate", "Keyturn-Request:\t1 ",
        "User-Agent: \u{E9}\tx", "X:  ", "X: \tx\t",
    ]

    private static let odd = [
        "Transfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding:\tchunked",
        "Transfer-Encoding : chunked", "Transfer_Encoding: chunked", " X: folded", "\tX: folded", "X", ": x",
        "Keyturn-Request: 1 ", "Keyturn-Request:\t1", "Upgrade: h2c\r\nConnection: upgrade", "Upgrade: websocket",
        "Expect: 100-continue", "X: \u{B}", "X: é", "TE: trailers", "Trailer: X", "Connection: upgrade",
        "Proxy-Connection: close", "Connection: close\r\nConnection: keep-alive",
    ]
}
