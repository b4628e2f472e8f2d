package import SecretJSON
package import SecretMemory

/// Why an answer with a 2xx status cannot be used, as text for operators. Never repeats a value of the answer.
package struct UnusableAnswer: Error, Equatable, CustomStringConvertible {
    package let detail: String

    package init(_ detail: String) { self.detail = detail }

    package var description: String { detail }
}

extension HTTPResponse {
    /// `application/json`, or an `application/` type that ends in `+json`, with any parameters.
    package var isJSON: Bool {
        let type = (headers["content-type"] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }

    /// The body as a JSON object, with or without a byte order mark before it.
    /// - Parameters:
    ///   - limit: the most bytes.
    ///   - depth, values: as for ``JSONDocument/init(parsing:depth:values:)``.
    package func json(limit: Int, depth: Int = 16, values: Int = 10_000) throws(UnusableAnswer) -> JSONDocument {
        guard isJSON else { throw UnusableAnswer("the answer is not JSON but \(mediaType)") }
        guard body.bytes.count <= limit else { throw UnusableAnswer("the answer is larger than \(limit) bytes") }
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: body.bytes.copyWithoutByteOrderMark(), depth: depth, values: values)
        } catch {
            throw UnusableAnswer("\(error)")
        }
        guard document.kind(document.root) == .object else { throw UnusableAnswer("the answer is not a JSON object") }
        return document
    }

    private var mediaType: String {
        let type = (headers["content-type"] ?? "").prefix { $0 != ";" }.lowercased()
        return ["text/html", "text/plain", "text/xml", "application/xml"].first { $0 == type } ?? "something else"
    }
}

extension SecretBytes {
    /// A copy without the UTF-8 byte order mark that some servers and gateways put before a document, and that readers
    /// may ignore (RFC 8259 §8.1). A second one is part of the text.
    package func copyWithoutByteOrderMark() -> SecretBytes {
        withSpan { span in
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            let isMarked = span.byteCount >= 3 && (0..<3).allSatisfy { span[$0] == mark[$0] }
            return SecretBytes(copying: span.extracting(droppingFirst: isMarked ? 3 : 0))
        }
    }
}
