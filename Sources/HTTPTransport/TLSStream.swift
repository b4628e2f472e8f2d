import CCurl
import CPlatform
import Glibc

/// A TLS connection that only sends, for protocols other than HTTP. TLS 1.2 or later; the server's certificate and name
/// are always verified. No proxy. Blocks, and is used by one caller at a time.
package struct TLSStream: ~Copyable {
    private let easy: CurlEasy
    private let socket: CInt

    /// - Parameters:
    ///   - caFile: certificates to trust instead of the system's.
    ///   - identity: our client certificate, if the server asks for one.
    ///   - seconds: for the connection and the handshake.
    package init(
        host: String, port: Int, caFile: String?, identity: TLSOptions.Identity?, within seconds: Int
    ) throws(TransportFailure) {
        guard CurlTransport.isCurlReady, var easy = CurlEasy() else {
            throw TransportFailure(.other, .notSent, detail: "libcurl cannot be started")
        }
        easy.set(CURLOPT_URL, "https://\(host):\(port)/")
        easy.set(CURLOPT_PROTOCOLS_STR, "https")
        easy.set(CURLOPT_CONNECT_ONLY, true)
        easy.set(CURLOPT_PROXY, "")
        easy.set(CURLOPT_NOSIGNAL, true)
        easy.set(CURLOPT_QUICK_EXIT, true)
        easy.set(CURLOPT_SSL_ENABLE_ALPN, false)
        easy.set(CURLOPT_TCP_KEEPALIVE, true)
        easy.prepareTLS(caFile: caFile)
        if let identity { easy.prepare(identity) }
        easy.set(CURLOPT_CONNECTTIMEOUT_MS, seconds * 1000)
        easy.set(CURLOPT_TIMEOUT_MS, seconds * 1000)
        guard easy.refused == CURLE_OK else {
            throw TransportFailure(curl: easy.refused, easy.circumstances, started: false, partial: nil)
        }
        let code = unsafe curl_easy_perform(easy.handle)
        guard code == CURLE_OK else {
            throw TransportFailure(curl: code, easy.circumstances, started: false, partial: nil)
        }
        var socket: CInt = -1
        guard unsafe keyturn_curl_get_socket(easy.handle, &socket) == CURLE_OK, socket >= 0 else {
            throw TransportFailure(.cut, .notSent)
        }
        self.easy = easy
        self.socket = socket
    }

    /// Sends the bytes, and returns once the other host's kernel has all of them. What its program does with them is not
    /// known: the protocol has no answer.
    package func send(_ bytes: [UInt8], within seconds: Int) throws(TransportFailure) {
        let end = Self.now + seconds
        var sent = 0
        while sent < bytes.count {
            guard isOpen else { throw TransportFailure(.cut, .ambiguous) }
            var count = 0
            let code = unsafe bytes.withUnsafeBytes { all in
                unsafe curl_easy_send(easy.handle, all.baseAddress?.advanced(by: sent), all.count - sent, &count)
            }
            switch code {
            case CURLE_OK: sent += count
            case CURLE_AGAIN: try wait(until: end) { Self.poll(socket, POLLOUT, milliseconds: 200) }
            default: throw TransportFailure(curl: code, easy.circumstances, started: true, partial: nil)
            }
        }
        while true {
            let unsent = kt_unsent(socket)
            if unsent == 0 { return }
            guard unsent > 0 else { throw TransportFailure(.cut, .ambiguous) }
            guard isOpen else { throw TransportFailure(.cut, .ambiguous) }
            // The kernel reports no event when the other host has confirmed the bytes.
            try wait(until: end) { usleep(5_000) }
        }
    }

    /// Gives the server time to end a new connection: with TLS 1.3 it judges our certificate when the handshake is over for
    /// us, and what is sent before is lost. A server that sends a session ticket has accepted it.
    /// - Returns: whether the connection is still open then.
    package func isAccepted(within milliseconds: CInt) -> Bool {
        Self.poll(socket, POLLIN, milliseconds: milliseconds)
        return isOpen
    }

    /// Whether the other side has not closed it. Receivers of syslog send nothing: all that can be read is the end.
    package var isOpen: Bool {
        var (byte, count) = (UInt8(0), 0)
        let code = unsafe curl_easy_recv(easy.handle, &byte, 1, &count)
        return code == CURLE_AGAIN || (code == CURLE_OK && count > 0)
    }

    private func wait(until end: Int, _ pause: () -> Void) throws(TransportFailure) {
        guard Self.now < end else { throw TransportFailure(.timedOut, .ambiguous) }
        pause()
    }

    private static func poll(_ socket: CInt, _ events: CInt, milliseconds: CInt) {
        var question = pollfd(fd: socket, events: Int16(events), revents: 0)
        _ = unsafe Glibc.poll(&question, 1, milliseconds)
    }

    /// In seconds, of the clock that nobody sets.
    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}
