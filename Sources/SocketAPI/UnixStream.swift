import Glibc
import SecretMemory

/// A time limit on the monotonic clock (`CLOCK_MONOTONIC`).
struct Deadline {
    private let end: SuspendingClock.Instant

    init(after time: Duration) { end = SuspendingClock.now.advanced(by: time) }

    /// The remaining time; `nil` once it has passed.
    var remaining: Duration? {
        let left = SuspendingClock.now.duration(to: end)
        return left > .zero ? left : nil
    }
}

/// A connected Unix stream socket, closed with its owner. No call exceeds the deadline.
struct UnixStream: ~Copyable {
    /// The most bytes of a path in `sun_path`, without the terminating NUL.
    static let longestPath = 107

    private let descriptor: Int32
    private let deadline: Deadline

    static func connected(to path: String, deadline: Deadline) throws(ClientError) -> UnixStream {
        let address = try address(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .failed(errno: errno) }
        let stream = UnixStream(descriptor: descriptor, deadline: deadline)
        try stream.connect(to: address, path: path)
        return stream
    }

    private init(descriptor: Int32, deadline: Deadline) {
        self.descriptor = descriptor
        self.deadline = deadline
    }

    deinit { close(descriptor) }

    /// Throws before anything is sent when the peer is not trusted.
    func checkPeer(_ trusted: TrustedPeer, path: String) throws(ClientError) {
        try trusted.check(descriptor, path: path)
    }

    /// Sends all of `bytes`. Returns `false` when the other side stopped reading; it may have answered nevertheless.
    func send(_ bytes: RawSpan) throws(ClientError) -> Bool {
        var sent = 0
        while sent < bytes.byteCount {
            let count = unsafe bytes.extracting(sent..<bytes.byteCount).withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            let failure = errno
            if count >= 0 {
                sent += count
            } else if failure == EPIPE || failure == ECONNRESET {
                return false
            } else {
                try wait(for: Int16(POLLOUT), after: failure)
            }
        }
        return true
    }

    /// Appends the bytes that have arrived to `buffer`, and waits if there are none. Returns `false` at the end of the
    /// stream.
    func receive(into buffer: inout SecretBuffer) throws(ClientError) -> Bool {
        while true {
            var count = 0
            var failure: Int32 = 0
            let chunk = SecretBytes(count: 16_384) { target in
                count = unsafe target.withUnsafeMutableBytes {
                    unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
                }
                failure = errno
            }
            if count > 0 {
                chunk.withSpan { buffer.append($0.extracting(0..<count)) }
                return true
            }
            if count == 0 || failure == ECONNRESET { return false }
            try wait(for: Int16(POLLIN), after: failure)
        }
    }

    private func connect(to address: sockaddr_un, path: String) throws(ClientError) {
        while true {
            // `connect` waits while the queue of connections is full, and this is the limit that it observes.
            guard let left = deadline.remaining else { throw .timedOut }
            var limit = timeval(
                tv_sec: Int(left.components.seconds),
                tv_usec: max(1, Int(left.components.attoseconds / 1_000_000_000_000)))
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            let outcome = unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            if outcome == 0 { return }
            switch errno {
            case EINTR: continue
            case ENOENT, ENOTDIR: throw .notRunning(path: path)
            case ECONNREFUSED: throw .notListening(path: path)
            case EACCES, EPERM: throw .permissionDenied(path: path)
            case EAGAIN: throw .timedOut
            case let code: throw .failed(errno: code)
            }
        }
    }

    /// Waits for `event` if `failure` says that the call would have blocked; throws for any other error.
    private func wait(for event: Int16, after failure: Int32) throws(ClientError) {
        guard failure == EAGAIN || failure == EINTR else { throw .failed(errno: failure) }
        guard let left = deadline.remaining else { throw .timedOut }
        let milliseconds = left / .milliseconds(1)
        var entry = pollfd(fd: descriptor, events: event, revents: 0)
        _ = unsafe poll(&entry, 1, milliseconds < 60_000 ? Int32(milliseconds) + 1 : 60_000)
    }

    private static func address(_ path: String) throws(ClientError) -> sockaddr_un {
        let bytes = Array(path.utf8)
        guard bytes.count <= longestPath else { throw .pathTooLong(path: path) }
        guard !bytes.isEmpty, !bytes.contains(0) else { throw .notRunning(path: path) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return address
    }
}
