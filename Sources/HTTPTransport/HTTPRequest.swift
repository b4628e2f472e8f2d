package import SecretMemory

/// A request and its limits.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
    }

    package var method: Method
    package var url: EndpointURL
    package var headers: [HTTPHeader]
    package var body: SecretBox?
    package var limits: HTTPLimits
    /// Whether the server may receive the request twice. If not, the request gets a connection of its own: over a
    /// reused connection that the server is just closing, curl would send it again.
    package var isRepeatable: Bool
    package var tls: TLSOptions
    /// Asked on the open connection, right before the first byte of the request is sent: whether it may still be sent. If not, it
    /// fails as ``TransportFailure/Kind/cancelled``.
    package var maySend: @Sendable () -> Bool

    package init(
        _ method: Method, _ url: EndpointURL, headers: [HTTPHeader] = [], body: SecretBox? = nil,
        limits: HTTPLimits = HTTPLimits(), isRepeatable: Bool? = nil, tls: TLSOptions = TLSOptions(),
        maySend: @escaping @Sendable () -> Bool = { true }
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        self.isRepeatable = isRepeatable ?? (method == .get)
        self.tls = tls
        self.maySend = maySend
    }
}

/// The time that a request may take and the size of its answer.
package struct HTTPLimits: Sendable {
    /// Until the connection is up, TLS included.
    package var connect: Duration
    /// From start to end.
    package var total: Duration
    /// In bytes of body. The head of an answer may have 64 KiB.
    package var body: Int

    package init(connect: Duration = .seconds(5), total: Duration = .seconds(15), body: Int = 1 << 20) {
        self.connect = connect
        self.total = total
        self.body = body
    }
}

/// A header of a request. Its value is held as a secret, because it may be one.
package struct HTTPHeader: Sendable {
    package let name: String
    package let value: SecretBox

    package init(_ name: String, _ value: String) { self.init(name, secret: SecretBox(SecretBytes(copying: value))) }

    package init(_ name: String, secret value: SecretBox) {
        self.name = name
        self.value = value
    }

    /// Whether the header is unambiguous on the wire: its name is a token, its value is not empty and has no control
    /// characters.
    var isSound: Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            && value.bytes.count > 0
            && value.bytes.withSpan { span in
                (0..<span.byteCount).allSatisfy { span[$0] >= 0x20 && span[$0] != 0x7F }
            }
    }
}

extension HTTPHeader {
    package static func authorization(_ scheme: String, _ secret: SecretBox) -> HTTPHeader {
        var value = SecretBuffer(capacity: 1_024)
        value.append(scheme)
        value.append(UInt8(ascii: " "))
        value.append(secret.bytes)
        return HTTPHeader("Authorization", secret: SecretBox(value.finish()))
    }
}
