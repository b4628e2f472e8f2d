import Glibc
import HTTPTestSupport
import SocketAPI
import Synchronization
import Testing

@testable import SocketServer

/// How a connection ends, and what its client has read by then.
@Suite struct ConnectionEndTests {
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
        client.send(request("/a", "Connection: close\r\n") + request("/b"))
        #expect(bodies(client.heard()) == ["/a"] && client.heard() == nil)
        #expect(driver.open == 1, "its end would be a reset")
        client.hangUp()
        #expect(driver.open == 0)
    }

    @Test func `a refusal is read by a client that is still sending`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.send("GET /../etc HTTP/1.1\r\nHost: k\r\n\r\n" + request("/b"))
        let heard = try #require(client.heard())
        #expect(heard.hasPrefix("HTTP/1.1 400 ") && heard.contains("Connection: close\r\n") && !heard.contains("/b"))
        #expect(client.heard() == nil, "nothing more comes")
        client.send(request("/c"))
        #expect(driver.open == 1, "it is read on for a while")
        driver.pass(3)
        #expect(driver.open == 0)
    }

    @Test func `the connection ends after an answer when the client asked for that`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.ask("/a", "Connection: close\r\n")
        let heard = try #require(client.heard())
        #expect(heard.contains("Connection: close\r\n") && bodies(heard) == ["/a"])
        #expect(client.heard() == nil && driver.open == 0)
    }

    @Test func `a client that does not read holds no more than a turn's answers, and goes in time`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(room: 4_096)
        let path = "/" + String(repeating: "x", count: 1_000)
        for _ in 0..<200 { client.send(request(path)) }
        #expect(driver.open == 1)
        driver.pass(11)
        #expect(driver.open == 0, "it took in nothing for longer than it may")
        let other = try driver.client(room: 4_096)
        for _ in 0..<200 { other.send(request(path)) }
        driver.revoke()
        #expect(driver.open == 0, "at lock nothing unsent stays")
    }

    @Test func `at a lock, a client that sent half a request is closed, and one that sent none stays`() throws {
        let driver = try HandDriven(Echo())
        let (half, idle) = (try driver.client(), try driver.client())
        half.send("POST /a HTTP/1.1\r\nHost: k\r\nContent-Length: 9\r\n\r\nsecret")
        idle.send(request("/b"))
        driver.revoke()
        #expect(half.heard() == nil)
        #expect(bodies(idle.heard()) == ["/b"] && driver.open == 1)
    }

    @Test func `once locked, nothing unsent stays for longer than a second, whenever it was answered`() throws {
        let lock = Echo.Lock()
        let driver = try HandDriven(Echo(lock: lock))
        let client = try driver.client(room: 4_096)
        lock.isLocked.store(true, ordering: .relaxed)
        let path = "/" + String(repeating: "x", count: 1_000)
        for _ in 0..<200 { client.send(request(path)) }
        let reader = try driver.client()
        reader.ask("/a")
        #expect(driver.open == 2)
        driver.pass(1)
        #expect(driver.open == 1 && bodies(reader.heard()) == ["/a"])
    }

    @Test(arguments: [("", 11), ("GET /a HT", 11), (request("/a"), 61)])
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
        #expect(bodies(two.heard()) == ["/a"])
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
        #expect(bodies(half.heard()) == ["/h"] && driver.open == 0)
    }
}
