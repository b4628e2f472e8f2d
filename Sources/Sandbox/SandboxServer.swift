import FoundationEssentials
import Glibc
import SocketServer
import Synchronization
package import System

/// A ``SandboxState`` behind a socket on 127.0.0.1: plain HTTP, never another address.
///
/// One thread serves all connections: a request takes microseconds. Call ``shutdown()`` before releasing the server.
package final class SandboxServer: Sendable {
    /// The port on which it listens; never 0.
    package let port: Int
    private let shared: SharedState
    private let server: Server

    /// Listens from here on.
    ///
    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - onRequest: called for each entry of the request log, on the server's thread: it must return quickly.
    package init(
        state: SandboxState, port: UInt16 = 0, onRequest: (@Sendable (RequestLog.Entry) -> Void)? = nil
    ) throws(SystemError) {
        let descriptor = try LoopbackAddress(.ipv4, port: port).listen(backlog: 1_024)
        shared = SharedState(state)
        self.port = LoopbackAddress.port(of: descriptor)
        do {
            let address = LoopbackAddress(.ipv4, port: UInt16(clamping: self.port))
            let responder = SandboxResponder(shared: shared, address: address, onRequest: onRequest)
            let shared = shared
            server = try Server(
                responder, limits: SandboxResponder.limits, loops: 1,
                clock: { shared.with { Int($0.clock.now(at: Date.now).timeIntervalSince1970) } }
            ) { _ in }
        } catch {
            close(descriptor)
            throw error
        }
        let address = self.address
        withState { $0.address = address }
        server.listen(at: Server.Entrance(descriptor, knowsCallers: false))
    }

    package var address: String { "http://127.0.0.1:\(port)" }

    /// Lends the state to `body`; no request is handled meanwhile.
    package func withState<Result, Failure: Error>(
        _ body: (inout SandboxState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try shared.with(body)
    }

    /// Closes the port and every connection, even those that wait.
    package func shutdown() async { await server.stop(refusing: SandboxResponse.done.rendered()) }
}

/// The state that all connections share.
final class SharedState: Sendable {
    private let state: Mutex<SandboxState>

    init(_ state: SandboxState) { self.state = Mutex(state) }

    func with<Result, Failure: Error>(
        _ body: (inout SandboxState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try state.withLock { state throws(Failure) in try body(&state) }
    }

    func handle(_ request: SandboxRequest) -> SandboxResponse {
        state.withLock { state in
            var random = SystemRandomNumberGenerator()
            return state.handle(request, at: Date.now, random: &random)
        }
    }
}
