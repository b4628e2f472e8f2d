import SecretMemory
import TestSupport
import Testing

@testable import SocketAPI

private let valid: [[UInt8]] = [
    "GET /v1/apps/zoom-prod/credentials HTTP/1.1\r\nHost: localhost\r\nKeyturn-Request: 1\r\nUser-Agent: curl/8\r\n\r\n",
    "GET /v1/apps/a/token?min_ttl=60&x=2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    "POST /v1/apps/a/ack HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n{\"generation\":7}",
    "GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\nDELETE /v1/b HTTP/1.1\r\nHost: a\r\n\r\nPUT /v1/c HTTP/1.1\r\nHost: a\r\n"
        + "Content-Length: 2\r\n\r\n\r\n",
    "POST /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nGET / HTTP",
    "POST /v1/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nab\r\nc\r\n1\r\nd\r\n0\r\nX-A: b\r\n\r\n"
        + "HEAD http://k:80/v1/b?a=b HTTP/1.1\r\nHost:\t a \r\nUser-Agent: \u{E9}\tb\r\n\r\n",
].map { Array($0.utf8) }

@Suite struct RequestReaderPropertyTests {
    @Test func `bytes that come one by one are read as if they came at once`() {
        for bytes in valid + Refused.all.map(\.bytes) {
            #expect(read(bytes, cutAt: Array(0..<bytes.count)) == read(bytes))
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `no way of splitting the bytes changes the outcome`(seed: UInt64) {
        var dice = Dice(seed)
        for bytes in valid + Refused.all.map(\.bytes) {
            let cuts = (0..<Int.random(in: 0...6, using: &dice)).map { _ in
                Int.random(in: 0...bytes.count, using: &dice)
            }
            #expect(read(bytes, cutAt: cuts.sorted()) == read(bytes))
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `mangled requests never crash, and never depend on the split`(seed: UInt64) {
        var dice = Dice(seed &+ 1_000)
        let spice = Array("\r\n\t :/%.?&=,;#\"0aA\u{0}".utf8) + [0x7F, 0x80, 0xFF]
        for _ in 0..<250 {
            var bytes = valid.randomElement(using: &dice) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let place = Int.random(in: 0..<bytes.count, using: &dice)
                switch Int.random(in: 0..<5, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes[place] = spice.randomElement(using: &dice) ?? 0
                case 2: bytes.insert(spice.randomElement(using: &dice) ?? 0, at: place)
                case 3 where bytes.count > 1: bytes.remove(at: place)
                default:
                    let end = Int.random(in: place...bytes.count, using: &dice)
                    bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &dice))
                }
            }
            let cut = Int.random(in: 0...bytes.count, using: &dice)
            #expect(read(bytes, cutAt: [cut]) == read(bytes))
        }
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `random bytes are refused or wait, and are never a request`(seed: UInt64) {
        var dice = Dice(seed)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...200, using: &dice)).map { _ in UInt8.random(in: 0...255, using: &dice) }
            #expect(read(bytes).requests == [])
        }
    }

    // Bytes that were looked at are overwritten with bytes that no head may have: whoever looks again is caught.
    @Test func `no byte of a line is scanned twice while the line arrives`() throws {
        let line = Array("X-Long: \(String(repeating: "a", count: 4_000))\r\n".utf8)
        var scanner = LineScanner()
        var seen = [UInt8](repeating: 0, count: line.count)
        for index in line.indices {
            // A CR is looked at again: only the byte behind it tells what it is.
            if index > 0, line[index - 1] != .carriageReturn { seen[index - 1] = 0 }
            seen[index] = line[index]
            let found = try scanner.next(in: seen.span.extracting(0...index), longest: 8_192)
            #expect(found == (index == line.count - 1 ? 0..<line.count - 2 : nil))
        }
    }

    @Test func `the head is not read again while the body arrives`() {
        let head = Array("POST /v1/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n".utf8)
        var bytes = head + [UInt8](repeating: UInt8(ascii: "b"), count: 1_000)
        var reader = RequestReader()
        guard case .more = reader.read(unsafe bytes.span.bytes.extracting(0..<head.count)) else {
            Issue.record("the body is not there yet")
            return
        }
        for index in head.indices { bytes[index] = 0 }
        for end in head.count..<bytes.count {
            guard case .more = reader.read(unsafe bytes.span.bytes.extracting(0..<end)) else {
                Issue.record("not waiting at \(end)")
                return
            }
        }
        guard case .request(let request, bytes.count) = reader.read(unsafe bytes.span.bytes) else {
            Issue.record("not read")
            return
        }
        #expect(request.body?.bytes.count == 1_000)
    }
}
