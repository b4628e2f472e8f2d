package import SecretMemory

/// The bytes of an answer, head and body, in memory that is wiped. Rendered once and sent any number of times.
package struct RenderedResponse: Sendable {
    private static let close = Array("Connection: close\r\n".utf8)

    private let bytes: SecretBox
    /// The position of the empty line that ends the head.
    private let headEnd: Int

    /// - Parameter head: status line and fields, each with its line end, without the empty line.
    package init(head: consuming SecretBuffer, body: borrowing SecretBytes = SecretBytes(copying: "")) {
        headEnd = head.count
        head.append("\r\n")
        head.append(body)
        bytes = SecretBox(head.finish())
    }

    /// Lends the bytes to send, in order, in several parts.
    /// - Parameters:
    ///   - headAlone: whether the body is left out, as in the answer to `HEAD`.
    ///   - closing: whether the answer announces that the connection closes after it.
    ///   - date: the time of sending; `nil` leaves out the field.
    package func forEachPart(
        headAlone: Bool = false, closing: Bool, date: DateField? = nil, _ body: (RawSpan) -> Void
    ) {
        bytes.bytes.withSpan { span in
            body(span.extracting(0..<headEnd))
            if let date { body(unsafe date.line.span.bytes) }
            if closing { body(unsafe Self.close.span.bytes) }
            body(span.extracting(headEnd..<(headAlone ? headEnd + 2 : span.byteCount)))
        }
    }
}
