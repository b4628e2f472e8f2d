import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A ``SandboxState`` behind a socket on 127.0.0.1: plain HTTP, no other address ever.
///
/// One thread serves all connections: what it does per request takes microseconds. Call ``shutdown()`` before letting
/// go.
package final class SandboxServer: Sendable {
    /// Where it listens; never 0.
    package let port: Int
    private let shared: SharedState
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel

    /// Listens from then on.
    ///
    /// - Parameters:
    ///   - port: 0 for any free one.
    ///   - onRequest: called for each entry of the request log, on the server's thread: it must be quick.
    package init(
        state: SandboxState, port: Int = 0, onRequest: (@Sendable (RequestLog.Entry) -> Void)? = nil
    ) async throws(ListenError) {
        let shared = SharedState(state)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 1024)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                        try channel.pipeline.syncOperations.addHandler(
                            ExchangeHandler(shared: shared, onRequest: onRequest))
                    }
                }
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .bind(host: "127.0.0.1", port: port)
                .get()
        } catch {
            try? await group.shutdownGracefully()
            throw ListenError(port: port, cause: error)
        }
        self.port = listener.localAddress?.port ?? port
        self.shared = shared
        self.group = group
        let address = self.address
        withState { $0.address = address }
    }

    package var address: String { "http://127.0.0.1:\(port)" }

    /// The state, for as long as `body` runs; no request is handled meanwhile.
    package func withState<Result, Failure: Error>(
        _ body: (inout SandboxState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try shared.with(body)
    }

    /// Closes the port and every connection, whatever they wait for.
    package func shutdown() async {
        try? await listener.close().get()
        try? await group.shutdownGracefully()
    }
}

/// The port cannot be had.
package struct ListenError: Error, CustomStringConvertible {
    package let description: String

    init(port: Int, cause: any Error) {
        let reason = (cause as? IOError).map { unsafe String(cString: strerror($0.errnoCode)) } ?? "\(cause)"
        description = "cannot listen on 127.0.0.1:\(port): \(reason.lowercased())"
    }
}

/// The one state that all connections share.
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
