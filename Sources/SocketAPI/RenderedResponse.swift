package import SecretMemory

/// The bytes of an answer, head and body, in wiped memory. Rendered once and sent as often as need be.
package struct RenderedResponse: Sendable {
    private static let close = Array("Connection: close\r\n".utf8)

    private let bytes: SecretBox
    /// Where the empty line begins that ends the head.
    private let headEnd: Int

    /// - Parameter head: status line and fields, each with its line end, without the empty line.
    package init(head: consuming SecretBuffer, body: borrowing SecretBytes = SecretBytes(copying: "")) {
        headEnd = head.count
        head.append("\r\n")
        head.append(body)
        bytes = SecretBox(head.finish())
    }

    /// The same, without keeping its memory from being wiped.
    package struct Unowned: Sendable {
        private weak let bytes: SecretBox?
        private let headEnd: Int

        fileprivate init(_ bytes: SecretBox, headEnd: Int) {
            self.bytes = bytes
            self.headEnd = headEnd
        }

        /// `nil` once nobody has it any more.
        package var response: RenderedResponse? { bytes.map { RenderedResponse($0, headEnd: headEnd) } }
    }

    package var unowned: Unowned { Unowned(bytes, headEnd: headEnd) }

    private init(_ bytes: SecretBox, headEnd: Int) {
        self.bytes = bytes
        self.headEnd = headEnd
    }

    /// How many bytes ``forEachPart(closing:_:)`` hands out.
    package func count(closing: Bool) -> Int { bytes.bytes.count + (closing ? Self.close.count : 0) }

    /// Hands out the bytes to send, in order, in one part or several.
    /// - Parameter closing: whether the answer says that the connection ends behind it.
    package func forEachPart(closing: Bool, _ body: (RawSpan) -> Void) {
        bytes.bytes.withSpan { span in
            guard closing else { return body(span) }
            body(span.extracting(0..<headEnd))
            body(unsafe Self.close.span.bytes)
            body(span.extracting(headEnd..<span.byteCount))
        }
    }
}
