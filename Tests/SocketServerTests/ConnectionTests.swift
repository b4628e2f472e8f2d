import Glibc
import HTTPTestSupport
import SocketAPI
import Synchronization
import Testing
import Times

@testable import SocketServer

/// What a client sees of one connection.
@Suite struct ConnectionTests {
    private static func request(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\(fields)\r\n"
    }

    /// The bodies of answers, in their order.
    private static func bodies(_ text: String?) -> [String] {
        (text ?? "").split(separator: "\r\n\r\n").compactMap { $0.firstMatch(of: /^"([^"]*)"/).map { String($0.1) } }
    }

    @Test func `requests that arrive together are answered in their order`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.send(Self.request("/a") + Self.request("/b") + Self.request("/c"))
        #expect(Self.bodies(client.heard()) == ["/a", "/b", "/c"])
        #expect(client.heard() == "")
    }

    @Test func `a request that dribbles in is answered once it is whole`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        for byte in Self.request("/a").dropLast() {
            client.send(String(byte))
            #expect(client.heard() == "")
        }
        client.send(Self.request("/a").last.map(String.init) ?? "")
        #expect(Self.bodies(client.heard()) == ["/a"])
    }

    @Test func `an answer says when it was sent, also one that was rendered long ago`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        let before = Timestamp(unixSeconds: time(nil))
        client.ask("/a")
        let heard = try #require(client.heard())
        let dates = (before.unixSeconds...time(nil)).map {
            "\r\nDate: \(DateField.text(Timestamp(unixSeconds: $0)))\r\n"
        }
        #expect(dates.contains { heard.contains($0) }, "\(heard)")
        client.send("nonsense\r\n")
        #expect(client.heard()?.contains("\r\nDate: ") == true)
    }

    @Test func `an answer to HEAD is the head of that to GET, whatever comes of it`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let client = try driver.client()
        func ask(_ method: String, _ path: String = "/a") -> String {
            client.send("\(method) \(path) HTTP/1.1\r\nHost: k\r\n\r\n")
            return (client.heard() ?? "closed").replacing(/Date: .* GMT/, with: "Date: now")
        }
        for isBroken in [false, true] {
            recorder.state.withLock { $0.isBroken = isBroken }
            let whole = ask("GET")
            let head = ask("HEAD")
            #expect(head.hasSuffix("\r\n\r\n") && whole.hasPrefix(head) && whole.count > head.count, "\(head)")
        }
        let refused = ask("HEAD", "/..")
        #expect(
            refused.hasPrefix("HTTP/1.1 400 ") && refused.hasSuffix("\r\n\r\n") && refused.contains("Content-Length: "))
        let other = try driver.client()
        other.send("HEAD /a HTTP/1.1\r\nHost: k\r\n\r\nnonsense\r\n")
        #expect(other.heard()?.hasSuffix("}") == true, "what is refused behind it has its body")
    }

    @Test func `a refusal is read by its client, however much it goes on sending`() throws {
        let big = String(repeating: "b", count: 1 << 20)
        for (head, status) in [
            ("POST /a HTTP/1.1\r\nHost: k\r\nContent-Length: 1048576\r\n\r\n", 413),
            ("POST /a HTTP/1.1\r\nHost: k\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n", 413),
            ("GET /a HTTP/1.1\r\nHost: k\r\nX: ", 431), ("GET /", 414), ("nonsense\r\n", 400),
        ] {
            let driver = try HandDriven(Echo())
            let client = try driver.client(room: 4_096)
            client.send(head)
            let bytes = Array(big.utf8)
            var sent = 0
            for _ in 0..<2_000 where sent < bytes.count {
                let count = unsafe Glibc.send(
                    client.descriptor, Array(bytes[sent...]), bytes.count - sent,
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
                sent += max(count, 0)
                driver.run()
            }
            #expect(sent == bytes.count, "\(status): what it sends is taken: \(sent)")
            let heard = try #require(client.heard())
            #expect(heard.hasPrefix("HTTP/1.1 \(status) ") && heard.hasSuffix("}"), "\(heard)")
            #expect(client.heard() == nil, "nothing more comes")
            client.endSending()
            #expect(driver.open == 0, "it has said all")
        }
    }

    @Test func `a client that never stops sending is closed in time`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.send("nonsense\r\n")
        for second in 1...3 {
            #expect(driver.open == 1, "after \(second - 1) s")
            client.send("more")
            driver.pass(1)
        }
        #expect(driver.open == 0)
    }

    @Test func `the last answer is read by a client that has asked for more behind it`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.send(Self.request("/a", "Connection: close\r\n") + Self.request("/b"))
        #expect(Self.bodies(client.heard()) == ["/a"] && client.heard() == nil)
        #expect(driver.open == 1, "its end would be a reset")
        client.hangUp()
        #expect(driver.open == 0)
    }

    @Test func `a refusal is read by its client, who is still sending`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.send("GET /../etc HTTP/1.1\r\nHost: k\r\n\r\n" + Self.request("/b"))
        let heard = try #require(client.heard())
        #expect(heard.hasPrefix("HTTP/1.1 400 ") && heard.contains("Connection: close\r\n") && !heard.contains("/b"))
        #expect(client.heard() == nil, "nothing more comes")
        client.send(Self.request("/c"))
        #expect(driver.open == 1, "it is read on for a while")
        driver.pass(3)
        #expect(driver.open == 0)
    }

    @Test func `the connection ends after an answer when the client asked for that`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.ask("/a", "Connection: close\r\n")
        let heard = try #require(client.heard())
        #expect(heard.contains("Connection: close\r\n") && Self.bodies(heard) == ["/a"])
        #expect(client.heard() == nil && driver.open == 0)
    }

    @Test func `a client that has said all still gets its answers, and then the connection ends`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        recorder.state.withLock { $0.isSlow = true }
        let client = try driver.client()
        client.send(Self.request("/a") + Self.request("/b"))
        client.endSending()
        #expect(client.heard() == "")
        recorder.finish()
        driver.run()
        #expect(Self.bodies(client.heard()) == ["/a", "/b"] && client.heard() == nil && driver.open == 0)
    }

    @Test func `one client's requests leave others their turn`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let (greedy, modest) = (try driver.client(), try driver.client())
        greedy.send("")
        let many = (0..<40).map { Self.request("/g\($0)") }.joined()
        let bytes = Array(many.utf8)
        _ = unsafe Glibc.send(greedy.descriptor, bytes, bytes.count, 0)
        modest.ask("/m")
        let turns = recorder.state.withLock { $0.turns }
        let index = try #require(turns.firstIndex { $0.contains("/m") })
        #expect(index <= 1 && turns.allSatisfy { $0.count <= 17 }, "\(turns.map(\.count))")
        #expect(turns.joined().filter { $0.hasPrefix("/g") } == (0..<40).map { "/g\($0)" })
        #expect(Self.bodies(greedy.heard()).count == 40)
    }

    @Test func `nothing leaves whose line cannot be written`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let client = try driver.client()
        recorder.state.withLock { $0.isBroken = true }
        client.ask("/a")
        let refused = try #require(client.heard())
        #expect(refused.hasPrefix("HTTP/1.1 503 ") && !refused.contains("\"/a\""))
        recorder.state.withLock { ($0.isBroken, $0.isSlow) = (false, true) }
        client.ask("/b")
        #expect(client.heard() == "", "before its line is on disk")
        recorder.finish(false)
        driver.run()
        #expect(client.heard()?.hasPrefix("HTTP/1.1 503 ") == true)
        client.ask("/c")
        recorder.finish()
        driver.run()
        #expect(Self.bodies(client.heard()) == ["/c"])
    }

    @Test func `a client that does not read holds no more than a turn's answers, and goes in time`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(room: 4_096)
        let path = "/" + String(repeating: "x", count: 1_000)
        for _ in 0..<200 { client.send(Self.request(path)) }
        #expect(driver.open == 1)
        driver.pass(11)
        #expect(driver.open == 0, "it took in nothing for longer than it may")
        let other = try driver.client(room: 4_096)
        for _ in 0..<200 { other.send(Self.request(path)) }
        driver.revoke()
        #expect(driver.open == 0, "at lock nothing unsent stays")
    }

    @Test func `once locked, nothing unsent stays for longer than a second, whenever it was answered`() throws {
        let lock = Echo.Lock()
        let driver = try HandDriven(Echo(lock: lock))
        let client = try driver.client(room: 4_096)
        lock.isLocked.store(true, ordering: .relaxed)
        let path = "/" + String(repeating: "x", count: 1_000)
        for _ in 0..<200 { client.send(Self.request(path)) }
        let reader = try driver.client()
        reader.ask("/a")
        #expect(driver.open == 2)
        driver.pass(1)
        #expect(driver.open == 1 && Self.bodies(reader.heard()) == ["/a"])
    }

    @Test func `who sends more than is answered in a turn has it wait in the kernel`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(uid: 3000)
        let many = Array((0..<1_000).map { Self.request("/\($0)") }.joined().utf8)
        let sent = unsafe Glibc.send(client.descriptor, many, many.count, CInt(MSG_DONTWAIT))
        #expect(sent > 30_000)
        var most = 0
        for _ in 0..<100 {
            _ = driver.loop.turn(waiting: 0)
            most = max(most, driver.unread)
        }
        #expect(most > 0 && most <= 4_096)
    }

    @Test func `however many strangers ask, a turn has a few of their requests, and each has its turn`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let crowd = try (0..<40).map { try driver.client(uid: 3000 + UInt32($0)) }
        for (index, client) in crowd.enumerated() {
            let many = Array((0..<4).map { Self.request("/s\(index)-\($0)") }.joined().utf8)
            _ = unsafe Glibc.send(client.descriptor, many, many.count, CInt(MSG_DONTWAIT))
        }
        let known = try driver.client()
        known.ask("/k")
        let turns = recorder.state.withLock { $0.turns }
        #expect(turns.allSatisfy { $0.count <= 16 + 1 }, "\(turns.map(\.count))")
        #expect(turns.first?.contains("/k") == true || turns.dropFirst().first?.contains("/k") == true)
        let all = turns.joined().filter { $0.hasPrefix("/s") }
        #expect(all.count == 160 && Set(all).count == 160)
        let (firsts, lasts) = (
            all.prefix(100).count { $0.hasSuffix("-0") }, all.suffix(40).count { $0.hasSuffix("-3") }
        )
        #expect(firsts == 40 && lasts >= 15, "nobody has all before others have some")
    }

    @Test func `who becomes a stranger keeps a stranger's places, and who becomes known keeps all`() throws {
        let lock = Echo.Lock()
        var limits = ConnectionLimits()
        limits.connections = 320
        let driver = try HandDriven(Echo(lock: lock), limits)
        let clients = try (0..<30).map { _ in try driver.client(uid: 1000) }
        let other = try driver.client(uid: 999)
        lock.firstStranger.store(1000, ordering: .relaxed)
        driver.recount()
        #expect(driver.open == 5 + 1)
        other.ask("/a")
        #expect(Self.bodies(other.heard()) == ["/a"])
        lock.firstStranger.store(2000, ordering: .relaxed)
        driver.recount()
        let more = try (0..<20).map { _ in try driver.client(uid: 1000) }
        #expect(driver.open == 26)
        withExtendedLifetime((clients, more)) {}
    }

    @Test func `what the kernel does not take at once arrives all the same, in its order`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(room: 4_096)
        let paths = (0..<60).map { "/" + String(repeating: "y", count: 900) + "\($0)" }
        var heard = ""
        for path in paths {
            client.send(Self.request(path))
        }
        while let more = client.heard(), !more.isEmpty { heard += more }
        #expect(Self.bodies(heard) == paths)
    }

    @Test(arguments: [("", 11), ("GET /a HT", 11), (Self.request("/a"), 61)])
    func `a silent connection is closed after its limit, and not before`(begun: String, limit: Int) throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        if !begun.isEmpty { client.send(begun) }
        driver.pass(limit - 1)
        #expect(driver.open == 1)
        driver.pass(1)
        #expect(driver.open == 0)
    }

    @Test func `a client that is gone is noticed, and takes nobody with it`() throws {
        let driver = try HandDriven(Echo())
        let (one, two) = (try driver.client(), try driver.client())
        one.hangUp()
        #expect(driver.open == 1)
        two.ask("/a")
        #expect(Self.bodies(two.heard()) == ["/a"])
    }

    @Test func `when the daemon stops, answers that are due go out, and nothing after them`() throws {
        let driver = try HandDriven(Echo())
        let (kept, new, half) = (try driver.client(), try driver.client(), try driver.client())
        kept.ask("/a")
        _ = kept.heard()
        half.send("GET /h HTTP/1.1\r\n")
        driver.drain(Response(.ok).render())
        #expect(kept.heard() == nil)
        new.ask("/n")
        #expect(new.heard()?.contains("Connection: close") == true && new.heard() == nil)
        half.send("Host: k\r\n\r\n")
        #expect(Self.bodies(half.heard()) == ["/h"] && driver.open == 0)
    }
}
