import CCurl
import Glibc
import Synchronization

/// HTTP/1.1 over the system's libcurl, on one thread of its own.
///
/// TLS 1.2 or later; the server's certificate and name are always verified. Uses the proxies of the environment
/// (`https_proxy`, `no_proxy`), but never for this host. No redirects, cookies, netrc files or compression.
package final class CurlTransport: HTTPTransport {
    package struct Settings: Sendable {
        /// Such as `keyturn/1.0`.
        package var userAgent: String
        /// A PEM file of certificates to trust instead of the system's. Read again for each connection.
        package var caFile: String?
        /// Requests beyond this number fail at once as ``TransportFailure/Kind/overloaded``.
        package var maximumInFlight: Int
        /// The most connections that stay open without a request, for all servers together.
        package var idleConnections: Int

        package init(
            userAgent: String, caFile: String? = nil, maximumInFlight: Int = 256, idleConnections: Int = 16
        ) {
            self.userAgent = userAgent
            self.caFile = caFile
            self.maximumInFlight = maximumInFlight
            self.idleConnections = idleConnections
        }
    }

    static let isCurlReady = keyturn_curl_global_init() == CURLE_OK

    private let loop: CurlLoop
    private let thread: Mutex<pthread_t?>

    /// Throws ``TransportFailure/Kind/other`` when curl or the thread cannot be started.
    package init(_ settings: Settings) throws(TransportFailure) {
        guard Self.isCurlReady, let multi = CurlMulti(idleConnections: settings.idleConnections) else {
            throw TransportFailure(.other, .notSent, detail: "libcurl cannot be started")
        }
        loop = CurlLoop(settings, multi)
        thread = Mutex(try Self.startThread(loop))
    }

    deinit { shutdown() }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let id = loop.nextID()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { (answer: CurlLoop.Answer) in
                guard !Task.isCancelled else {
                    return answer.resume(returning: .failure(TransportFailure(.cancelled, .notSent)))
                }
                loop.start(id, request, answer)
                // The handler may have run before there was a transfer to cancel.
                if Task.isCancelled { loop.cancel(id) }
            }
        } onCancel: {
            loop.cancel(id)
        }
        return try outcome.get()
    }

    /// Fails the requests in flight as ``TransportFailure/Kind/shutDown``, closes all connections and waits for the
    /// thread, which takes milliseconds. Later requests fail in the same way. May be called more than once.
    package func shutdown() {
        loop.stop()
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        if let running { pthread_join(running, nil) }
    }

    private static func startThread(_ loop: CurlLoop) throws(TransportFailure) -> pthread_t {
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(loop)
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                // The main thread handles signals; in particular, SIGPIPE would end the process.
                var all = sigset_t()
                unsafe sigfillset(&all)
                unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
                unsafe Unmanaged<CurlLoop>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            unsafe argument.release()
            throw TransportFailure(.other, .notSent, detail: "no thread for HTTP can be started")
        }
        return thread
    }
}
