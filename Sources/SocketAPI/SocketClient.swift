package import SecretMemory

/// Sends requests to a daemon over its Unix socket: one connection and one request at a time; blocks until the answer is
/// complete.
package struct SocketClient: Sendable {
    package let path: String
    /// The other path at which a socket was looked for, for messages.
    private let other: String?
    private let trusted: TrustedPeer?
    private let limits: AnswerLimits

    /// - Parameters:
    ///   - path: of the socket, at most 107 bytes.
    ///   - trusted: who may listen on the socket; `nil` for anybody, where nothing valuable is sent.
    package init(
        path: String, nor other: String? = nil, trusting trusted: TrustedPeer? = nil,
        limits: AnswerLimits = AnswerLimits()
    ) {
        self.path = path
        self.other = other
        self.trusted = trusted
        self.limits = limits
    }

    /// Sends one request and reads the answer, whatever its status.
    /// - Parameters:
    ///   - body: a JSON document.
    ///   - tag: the tag of the caller's current value; sent as `If-None-Match`.
    ///   - time: the limit for everything together, from connecting to the last byte.
    package func send(
        _ method: Method, _ target: RequestPath, body: consuming SecretBytes? = nil,
        unless tag: EntityTag? = nil,
        within time: Duration = .seconds(60)
    ) throws(ClientError) -> Answer {
        let stream: UnixStream
        do throws(ClientError) { stream = try UnixStream.connected(to: path, deadline: Deadline(after: time)) } catch {
            switch error {
            case .notRunning(let path, _): throw .notRunning(path: path, nor: other)
            case .permissionDenied(let path, _): throw .permissionDenied(path: path, nor: other)
            default: throw error
            }
        }
        if let trusted { try stream.checkPeer(trusted, path: path) }
        var request = SecretBuffer(capacity: 512)
        request.append("\(method.rawValue) \(target.text) HTTP/1.1\r\nHost: keyturn\r\nKeyturn-Request: 1\r\n")
        if let tag { request.append("If-None-Match: \(tag)\r\n") }
        request.append("Connection: close\r\n")
        if let body {
            request.append("Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n")
            request.append(body)
        } else {
            request.append("\r\n")
        }
        // A daemon that stops reading has usually answered why, so the answer is still read.
        _ = try request.withSpan { span throws(ClientError) in try stream.send(span) }

        var reader = AnswerReader(limits: limits)
        var received = SecretBuffer(capacity: 4_096)
        while try stream.receive(into: &received) {
            let answer = try received.withSpan { span throws(ClientError) in try reader.read(span) }
            if let answer { return answer }
        }
        throw .closedEarly
    }
}
