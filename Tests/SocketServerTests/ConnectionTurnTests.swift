import Glibc
import HTTPTestSupport
import Synchronization
import Testing

@testable import SocketServer

/// How connections share the turns of their loop.
@Suite struct ConnectionTurnTests {
    @Test func `one client's requests leave others their turn`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let (greedy, modest) = (try driver.client(), try driver.client())
        greedy.send("")
        let many = (0..<40).map { request("/g\($0)") }.joined()
        let bytes = Array(many.utf8)
        _ = unsafe Glibc.send(greedy.descriptor, bytes, bytes.count, 0)
        modest.ask("/m")
        let turns = recorder.state.withLock { $0.turns }
        let index = try #require(turns.firstIndex { $0.contains("/m") })
        #expect(index <= 1 && turns.allSatisfy { $0.count <= 17 }, "\(turns.map(\.count))")
        #expect(turns.joined().filter { $0.hasPrefix("/g") } == (0..<40).map { "/g\($0)" })
        #expect(bodies(greedy.heard()).count == 40)
    }

    @Test func `however many connections a user has, others wait for a bounded number of their requests`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let crowd = try (0..<200).map { _ in try driver.client(uid: 1001) }
        for (index, client) in crowd.enumerated() {
            let many = Array((0..<20).map { request("/c\(index)-\($0)") }.joined().utf8)
            _ = unsafe Glibc.send(client.descriptor, many, many.count, CInt(MSG_DONTWAIT))
        }
        let modest = try driver.client(uid: 1000)
        modest.ask("/m")
        let turns = recorder.state.withLock { $0.turns }
        #expect(turns.allSatisfy { $0.count <= 64 + 1 }, "\(turns.map(\.count))")
        #expect(try #require(turns.firstIndex { $0.contains("/m") }) <= 1)
        driver.run()
        let all = recorder.state.withLock { $0.turns }.joined().filter { $0.hasPrefix("/c") }
        #expect(all.count == 4_000 && Set(all).count == 4_000)
        #expect(Set(all.prefix(2_000).map { $0.split(separator: "-")[0] }).count == 200, "each has its turn")
    }

    @Test func `requests beyond those answered in a turn wait in the kernel`() throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(uid: 3000)
        let many = Array((0..<1_000).map { request("/\($0)") }.joined().utf8)
        let sent = unsafe Glibc.send(client.descriptor, many, many.count, CInt(MSG_DONTWAIT))
        #expect(sent > 30_000)
        var most = 0
        for _ in 0..<100 {
            _ = driver.loop.turn(waiting: 0)
            most = max(most, driver.unread)
        }
        #expect(most > 0 && most <= 4_096)
    }

    @Test func `of strangers in the middle of a request, a turn reads a few`() throws {
        let driver = try HandDriven(Echo())
        let crowd = try (0..<40).map { try driver.client(uid: 3000 + UInt32($0)) }
        for client in crowd { client.send("POST / HTTP/1.1\r\nHost: k\r\nContent-Length: 60000\r\n\r\n") }
        let (before, more) = (driver.unread, [UInt8](repeating: 32, count: 4_096))
        for client in crowd { _ = unsafe Glibc.send(client.descriptor, more, more.count, CInt(MSG_DONTWAIT)) }
        _ = driver.loop.turn(waiting: 0)
        #expect(driver.unread - before == 16 * more.count)
        driver.run()
        #expect(driver.unread - before == 40 * more.count, "the others have their turn too")
    }

    @Test func `however many strangers ask, a turn has a few of their requests, and each has its turn`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        let crowd = try (0..<40).map { try driver.client(uid: 3000 + UInt32($0)) }
        for (index, client) in crowd.enumerated() {
            let many = Array((0..<4).map { request("/s\(index)-\($0)") }.joined().utf8)
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

    @Test func `a user that becomes a stranger keeps a stranger's places, and one that becomes known keeps all`() throws
    {
        let lock = Echo.Lock()
        var limits = ConnectionLimits()
        limits.connections = 320
        let driver = try HandDriven(Echo(lock: lock), limits)
        let clients = try (0..<30).map { _ in try driver.client(uid: 1000) }
        let other = try driver.client(uid: 999)
        lock.firstStranger.store(1000, ordering: .relaxed)
        driver.updateStandings()
        #expect(driver.open == 5 + 1)
        other.ask("/a")
        #expect(bodies(other.heard()) == ["/a"])
        lock.firstStranger.store(2000, ordering: .relaxed)
        driver.updateStandings()
        let more = try (0..<20).map { _ in try driver.client(uid: 1000) }
        #expect(driver.open == 26)
        withExtendedLifetime((clients, more)) {}
    }

    @Test func `however many strangers connect at once, a turn accepts 64, and clients that ask have their turn`()
        throws
    {
        var limits = ConnectionLimits()
        (limits.connections, limits.connectionsPerUser) = (6_400, 100)
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder), limits)
        let known = try driver.client()
        let listener = try LoopbackAddress(.ipv4, port: 0).listen(backlog: 128)
        defer { close(listener) }
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        let crowd = try (0..<100).map { _ in try LoopbackAddress.connection(to: listener) }
        defer { for descriptor in crowd { close(descriptor) } }
        let before = driver.open
        driver.listen(at: listener)
        let bytes = Array(request("/k").utf8)
        _ = unsafe Glibc.send(known.descriptor, bytes, bytes.count, 0)
        _ = driver.loop.turn(waiting: 0)
        #expect(driver.open - before == 64)
        #expect(recorder.state.withLock { $0.turns } == [["/k"]])
        driver.run()
        #expect(driver.open - before == 100)
    }

    @Test func `a new connection is accepted in the next turn, however many others are ready`() throws {
        let driver = try HandDriven(Echo())
        let crowd = try (0..<300).map { _ in try driver.client(uid: 1001) }
        let many = Array((0..<40).map { request("/\($0)") }.joined().utf8)
        for client in crowd { _ = unsafe Glibc.send(client.descriptor, many, many.count, CInt(MSG_DONTWAIT)) }
        let listener = try LoopbackAddress(.ipv4, port: 0).listen(backlog: 8)
        defer { close(listener) }
        _ = fcntl(listener, F_SETFL, O_NONBLOCK)
        driver.listen(at: listener)
        let before = driver.open
        let late = try LoopbackAddress.connection(to: listener)
        defer { close(late) }
        _ = driver.loop.turn(waiting: 0)
        #expect(driver.open - before == 1)
    }
}

extension LoopbackAddress {
    /// A client's end of a connection to a socket that listens on 127.0.0.1.
    static func connection(to listener: CInt) throws -> CInt {
        let client = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        (address.sin_family, address.sin_addr.s_addr) = (sa_family_t(AF_INET), UInt32(INADDR_LOOPBACK).bigEndian)
        address.sin_port = UInt16(port(of: listener)).bigEndian
        let connected = unsafe withUnsafeBytes(of: &address) {
            unsafe connect(
                client, $0.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        try #require(connected == 0)
        return client
    }
}
