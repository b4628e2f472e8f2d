package import SecretMemory

/// The head of an answer. Made of closed types only, so that no value can inject a line.
///
/// Every answer carries `Cache-Control: no-store`: most contain a secret, and none should be cached.
package struct Response: Sendable {
    package enum ContentType: String, Sendable {
        case json = "application/json"
        case problem = "application/problem+json"
        case html = "text/html; charset=utf-8"
        case eventStream = "text/event-stream"
        case openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case prometheusText = "text/plain; version=0.0.4; charset=utf-8"
    }

    package let status: Status
    package var tag: EntityTag?
    /// In seconds.
    package var retryAfter: Int?
    /// The methods that the resource supports; for answers with status 405.
    package var allow: [Method] = []
    /// Another path of this server.
    package var location: RequestPath?

    package init(_ status: Status) { self.status = status }

    /// The whole answer with this body. A status that allows no body gets none.
    package func render(_ contentType: ContentType = .json, body: borrowing SecretBytes) -> RenderedResponse {
        guard !status.isBodiless else { return render() }
        var answer = head(capacity: body.count)
        answer.append("Content-Type: \(contentType.rawValue)\r\nContent-Length: \(body.count)\r\n")
        if contentType == .html { answer.append(Self.pageFields) }
        return RenderedResponse(head: answer, body: body)
    }

    /// A page runs nothing, is shown in no other page, and tells nobody where it is.
    private static let pageFields =
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        + "Cross-Origin-Resource-Policy: same-origin\r\nX-Frame-Options: DENY\r\n"

    /// The whole answer, without a body.
    package func render() -> RenderedResponse {
        var answer = head(capacity: 0)
        if !status.isBodiless { answer.append("Content-Length: 0\r\n") }
        return RenderedResponse(head: answer)
    }

    /// The head of an answer that continues in chunks. It must be the last one of its connection.
    package static func eventStreamHead() -> RenderedResponse {
        var answer = Response(.ok).head(capacity: 0)
        // nginx would buffer events until it has a page of them.
        answer.append(
            "Content-Type: \(ContentType.eventStream.rawValue)\r\nTransfer-Encoding: chunked\r\n"
                + "X-Accel-Buffering: no\r\n")
        return RenderedResponse(head: answer)
    }

    /// The answer to a request that `problem` refused.
    /// - Parameters:
    ///   - retryAfter: in seconds, if another attempt makes sense.
    ///   - methods: for status 405, when the problem does not list the resource's methods.
    package static func rendering(
        _ problem: Problem, retryAfter: Int? = nil, allow methods: [Method] = []
    ) -> RenderedResponse {
        var response = Response(problem.code.status)
        response.retryAfter = retryAfter
        if problem.code == .methodNotAllowed { response.allow = problem.allow.isEmpty ? methods : problem.allow }
        return response.render(.problem, body: problem.render())
    }

    private func head(capacity: Int) -> SecretBuffer {
        var head = SecretBuffer(capacity: capacity + 512)
        head.append("HTTP/1.1 \(status.rawValue) \(status.reason)\r\nCache-Control: no-store\r\n")
        if let tag { head.append("ETag: \(tag)\r\n") }
        if let retryAfter { head.append("Retry-After: \(retryAfter)\r\n") }
        if let location { head.append("Location: \(location.text)\r\nReferrer-Policy: no-referrer\r\n") }
        if !allow.isEmpty { head.append("Allow: \(allow.map(\.rawValue).joined(separator: ", "))\r\n") }
        return head
    }
}
