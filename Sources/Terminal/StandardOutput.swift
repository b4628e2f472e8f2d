import Glibc
import Synchronization

/// Standard output for what may be secret: bytes go from where they are to the descriptor, past every buffer.
///
/// What cannot be written is remembered, and a program asks at its end: an empty file and a status of 0 look like an answer.
/// A pipe whose reader has gone is no failure, since nobody is left to miss anything.
package enum StandardOutput {
    /// Why nothing more arrives, as an `errno`; 0 while everything has.
    private static let end = Atomic<CInt>(0)

    /// Makes the three standard streams safe to use. To be called first: a stream that was closed would lend its number to
    /// the next file that is opened, which may be the vault.
    package static func begin() {
        _ = signal(SIGPIPE, SIG_IGN)
        for descriptor: CInt in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The wrong way round, so that using it fails as it would have.
            _ = unsafe open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Whether nothing more arrives, for whatever reason. What goes on for ever ends then.
    package static var isGone: Bool { end.load(ordering: .acquiring) != 0 }

    /// Why the output is not whole, in the system's words; `nil` when it is, or nobody reads it any more.
    package static var failure: String? {
        let reason = end.load(ordering: .acquiring)
        guard reason != 0, reason != EPIPE else { return nil }
        return unsafe "the output could not be written: \(String(cString: strerror(reason)).lowercased())"
    }

    /// Has what was written last, as far as the system does that.
    /// - Returns: whether all of it arrived: `false` also when nobody reads it any more.
    package static func settle() -> Bool {
        if !isGone, fsync(STDOUT_FILENO) != 0, [EIO, ENOSPC, EDQUOT].contains(errno) { note(errno) }
        return !isGone
    }

    /// To be called last: some file systems tell only then that they had no room.
    /// - Returns: see ``failure``.
    package static func finish() -> String? {
        if close(STDOUT_FILENO) != 0, errno != EBADF, errno != EINTR { note(errno) }
        return failure
    }

    package static func write(_ bytes: RawSpan) {
        var offset = 0
        // What comes behind a gap would be taken for the whole.
        while offset < bytes.byteCount, !isGone {
            let sent = unsafe bytes.extracting(offset..<bytes.byteCount).withUnsafeBytes { rest in
                unsafe Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
            }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else { return note(sent < 0 ? errno : EIO) }
            offset += sent
        }
    }

    /// Text for people: nothing of it is obeyed by a terminal.
    package static func write(_ text: String) { write(unsafe visible(text).utf8Span.span.bytes) }

    /// A picture for a terminal, which obeys what is in it: others' words in it have gone through ``visible(_:)``.
    package static func draw(_ picture: String) { write(unsafe picture.utf8Span.span.bytes) }

    /// The first reason stays.
    private static func note(_ reason: CInt) {
        _ = end.compareExchange(expected: 0, desired: reason, ordering: .acquiringAndReleasing)
    }
}
