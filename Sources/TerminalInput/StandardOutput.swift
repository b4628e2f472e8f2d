import Glibc

/// Standard output for what may be secret: bytes go from where they are to the descriptor, past every buffer.
package enum StandardOutput {
    package static func write(_ bytes: RawSpan) {
        var offset = 0
        while offset < bytes.byteCount {
            let sent = unsafe bytes.extracting(offset..<bytes.byteCount).withUnsafeBytes { rest in
                unsafe Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
            }
            if sent < 0, errno == EINTR { continue }
            // Whoever read this has gone; there is nobody left to tell.
            guard sent > 0 else { return }
            offset += sent
        }
    }

    package static func write(_ text: String) { write(unsafe text.utf8Span.span.bytes) }
}

/// A message on one line, whatever of another's words is in it.
package func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
}
