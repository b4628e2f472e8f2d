import Glibc
import SecretMemory
package import SocketAPI
import Synchronization
import System

/// Standard output for secrets: bytes go from their memory straight to the descriptor, past every buffer.
///
/// A write error is remembered, and the program asks for it at its end: an empty file and a status of 0 would look like
/// an answer. A pipe whose reader has gone is not an error, since nobody is left to miss anything.
package enum StandardOutput {
    /// The `errno` of the failed write; 0 while all writes succeeded.
    private static let end = Atomic<CInt>(0)

    /// Makes the three standard streams safe to use. Call it first: the number of a closed stream would go to the next
    /// opened file, which may be the vault.
    package static func begin() {
        _ = signal(SIGPIPE, SIG_IGN)
        for descriptor: CInt in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // In the wrong direction, so that using it fails as before.
            _ = unsafe open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Whether writing has become pointless, for any reason. Endless commands stop then.
    package static var isGone: Bool { end.load(ordering: .acquiring) != 0 }

    /// Why the output is incomplete, as the system's text; `nil` when it is complete, or nobody reads it any more.
    package static var failure: String? {
        let reason = end.load(ordering: .acquiring)
        guard reason != 0, reason != EPIPE else { return nil }
        return "the output could not be written: \(SystemError.words(for: reason))"
    }

    /// Makes sure that the last output was written, as far as the system supports that.
    /// - Returns: whether all output arrived; `false` also when nobody reads it any more.
    package static func settle() -> Bool {
        if !isGone, fsync(STDOUT_FILENO) != 0, [EIO, ENOSPC, EDQUOT].contains(errno) { record(errno) }
        return !isGone
    }

    /// Call it last: some file systems report only then that they had no room.
    /// - Returns: see ``failure``.
    package static func finish() -> String? {
        if close(STDOUT_FILENO) != 0, errno != EBADF, errno != EINTR { record(errno) }
        return failure
    }

    package static func write(_ bytes: RawSpan) {
        var offset = 0
        // Output after a gap would be mistaken for the whole.
        while offset < bytes.byteCount, !isGone {
            let sent = unsafe bytes.extracting(offset..<bytes.byteCount).withUnsafeBytes { rest in
                unsafe Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
            }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { return record(sent < 0 ? errno : EIO) }
            offset += sent
        }
    }

    /// Writes a document as JSON, on one line.
    package static func write(document: some WireDocument) {
        document.render().withSpan { write($0) }
        write("\n")
    }

    /// Writes text for people, with control characters made visible, and no line wider than the terminal.
    package static func write(_ text: String) { draw(fitted(visible(text), width: Screen.width(of: STDOUT_FILENO))) }

    /// Writes output that may control the terminal. Foreign text in it must have gone through ``visible(_:)``.
    package static func draw(_ picture: String) { write(unsafe Glyphs.shown(picture).utf8Span.span.bytes) }

    /// Records the first error only.
    private static func record(_ reason: CInt) {
        _ = end.compareExchange(expected: 0, desired: reason, ordering: .acquiringAndReleasing)
    }
}
