import FoundationEssentials

/// One answer, and how the socket must deliver it.
package struct SandboxResponse: Sendable {
    package enum Delivery: Sendable, Equatable {
        case whole
        /// The head promises the whole body, a part of it follows, then the connection closes.
        case truncated
        /// The connection closes without an answer.
        case dropped
        /// Nothing is sent until the client gives up, or for a minute.
        case hung
    }

    package var status: Int
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    package var delivery = Delivery.whole
    /// How many bytes of the body follow when the delivery is truncated; half of them by default.
    package var keptBytes: Int?
    /// The delivery starts this many milliseconds after the request was handled.
    package var delayMilliseconds = 0
    /// The entry for the request log; nil for control requests, which are not logged.
    package var entry: RequestLog.Entry?

    package init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.body = body
        headers = [("Content-Type", contentType)]
    }

    /// A JSON document with sorted keys in snake case (unless `keepKeys`), times in RFC 3339, and absent values left
    /// out.
    static func json(
        _ status: Int, _ value: some Encodable, keepKeys: Bool = false, type: String = "application/json;charset=UTF-8"
    ) -> Self {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = keepKeys ? .useDefaultKeys : .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        // Encoding fails for numbers that JSON does not have; no document of the sandbox contains any.
        guard let body = try? encoder.encode(value) else {
            return SandboxResponse(status: 500, contentType: "text/plain", body: Array("cannot be encoded".utf8))
        }
        return SandboxResponse(status: status, contentType: type, body: Array(body))
    }

    /// The form of errors at the token endpoint. [doc]
    static func oauthError(_ status: Int, _ error: String, reason: String) -> Self {
        .json(status, ["error": error, "reason": reason])
    }

    private struct APIError: Encodable {
        var code: Int
        var message: String
    }

    /// The form of errors at the REST endpoints. [doc]
    static func apiError(_ status: Int, code: Int, _ message: String) -> Self {
        .json(status, APIError(code: code, message: message))
    }

    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
