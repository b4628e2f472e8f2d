import Domain
import Glibc
import HTTPTestSupport
import SocketAPI
import Synchronization
import Testing

@testable import SocketServer

/// What a connection answers to a client that reads.
@Suite struct ConnectionAnswerTests {
    @Test func `requests that arrive together are answered in their order`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        client.send(request("/a") + request("/b") + request("/c"))
        #expect(bodies(client.heard()) == ["/a", "/b", "/c"])
        #expect(client.heard() == "")
    }

    @Test func `a request that dribbles in is answered once it is whole`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client()
        for byte in request("/a").dropLast() {
            client.send(String(byte))
            #expect(client.heard() == "")
        }
        client.send(request("/a").last.map(String.init) ?? "")
        #expect(bodies(client.heard()) == ["/a"])
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

    @Test func `a client that has said all still gets its answers, and then the connection ends`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        recorder.state.withLock { $0.isSlow = true }
        let client = try driver.client()
        client.send(request("/a") + request("/b"))
        client.endSending()
        #expect(client.heard() == "")
        recorder.finish()
        driver.run()
        #expect(bodies(client.heard()) == ["/a", "/b"] && client.heard() == nil && driver.open == 0)
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
        #expect(bodies(client.heard()) == ["/c"])
    }

    @Test func `bytes that the kernel does not accept at once still arrive, in their order`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(room: 4_096)
        let paths = (0..<60).map { "/" + String(repeating: "y", count: 900) + "\($0)" }
        var heard = ""
        for path in paths {
            client.send(request(path))
        }
        while let more = client.heard(), !more.isEmpty { heard += more }
        #expect(bodies(heard) == paths)
    }
}
