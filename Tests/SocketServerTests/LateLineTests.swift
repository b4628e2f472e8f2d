import Domain
import HTTPTestSupport
import SecretMemory
import SocketAPI
import Synchronization
import Testing

@testable import SocketServer

/// An answer whose line is not on disk yet, and one behind it that has no line.
@Suite struct LateLineTests {
    private final class Wait: Watch {
        private var connection: Connection?

        func begin(at connection: Connection) -> RecordedResponse? {
            self.connection = connection
            return nil
        }
        func finish() {
            let response = Response(.ok).render(body: SecretBytes(copying: "\"late\""))
            connection?.answer(RecordedResponse(response))
        }
        func tick() {}
        func caughtUp() {}
        func end(_ answer: RenderedResponse) { finish() }
        func abandon() { connection = nil }
    }

    private struct Waiting: Responder {
        let methods = [Method.get]
        let echo: Echo
        let wait: LoopBound<Wait>

        func needs(of caller: Identity) -> IdentityNeeds { [] }
        func standing(of caller: Identity) -> Standing { .owner }
        func respond(to request: Request, from caller: Identity, _ memo: inout AnyObject?) -> Reply {
            request.target.path == "/wait" ? .watch(wait.value) : echo.respond(to: request, from: caller, &memo)
        }
    }

    @Test(arguments: [true, false])
    func `no answer takes along the one before it`(isWritten: Bool) throws {
        let recorder = Recorder()
        recorder.state.withLock { $0.isSlow = true }
        let wait = Wait()
        let driver = try HandDriven(
            Waiting(echo: Echo(recorder: recorder), wait: LoopBound(wait, on: try EventLoop())))
        let client = try driver.client()
        client.send(request("/a") + request("/wait"))
        wait.finish()
        driver.run()
        #expect(client.heard() == "", "its line is not on disk")
        recorder.finish(isWritten)
        driver.run()
        let heard = try #require(client.heard())
        #expect(heard.hasPrefix("HTTP/1.1 \(isWritten ? 200 : 503) ") && heard.hasSuffix("\"late\""), "\(heard)")
        #expect(heard.contains("\"/a\"") == isWritten)
    }

    @Test func `an answer that waits for its line does not stay once nothing may`() throws {
        let recorder = Recorder()
        recorder.state.withLock { $0.isSlow = true }
        let driver = try HandDriven(Echo(recorder: recorder))
        let client = try driver.client()
        client.send(request("/a"))
        #expect(driver.open == 1)
        driver.revoke()
        #expect(driver.open == 0 && client.heard() == nil)
        recorder.finish(true)
        driver.run()
    }
}
