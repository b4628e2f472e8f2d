import Glibc
import HTTPTestSupport
import SocketAPI
import Synchronization
import Testing

@testable import SocketServer

/// What waits costs its loop no turns.
@Suite struct IdleLoopTests {
    @Test(arguments: [nil, 4_096] as [CInt?])
    func `a client that reads no more is closed when it is sent something`(room: CInt?) throws {
        let driver = try HandDriven(Echo())
        let client = try driver.client(room: room)
        if room == nil {
            client.endReading()
            client.ask("/a")
        } else {
            // There is more to be sent, which the kernel takes no earlier than it has room.
            for _ in 0..<200 { client.send(request("/" + String(repeating: "x", count: 1_000))) }
            client.endReading()
            #expect(driver.isIdle)
            _ = client.heard()
        }
        #expect(driver.open == 0 && driver.isIdle)
    }

    @Test func `bytes that a client sends while its answer waits for the log are left with the kernel`() throws {
        let recorder = Recorder()
        let driver = try HandDriven(Echo(recorder: recorder))
        recorder.state.withLock { $0.isSlow = true }
        let client = try driver.client()
        client.ask("/a")
        client.ask("/b")
        #expect(driver.isIdle && client.heard() == "")
        recorder.finish()
        driver.run()
        recorder.finish()
        driver.run()
        #expect(bodies(client.heard()) == ["/a", "/b"])
    }

    @Test func `a client that connects when there is no descriptor left waits for one`() async {
        // In a process of its own, whose limit is nobody else's.
        await #expect(processExitsWith: .success) {
            let driver = try HandDriven(Echo())
            let listener = try LoopbackAddress(.ipv4, port: 0).listen(backlog: 8)
            _ = fcntl(listener, F_SETFL, O_NONBLOCK)
            let client = try LoopbackAddress.connection(to: listener)
            defer { close(client) }
            var limit = rlimit()
            unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let files = limit.rlim_cur
            limit.rlim_cur = 0
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            driver.listen(at: listener)
            #expect(driver.isIdle && driver.open == 0)
            driver.pass(1)
            #expect(driver.isIdle && driver.open == 0)
            limit.rlim_cur = files
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            driver.pass(1)
            #expect(driver.open == 1)
        }
    }
}
