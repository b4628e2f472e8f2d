/// Sends one request and waits for its answer. It separates the protocols of servers from the way of sending.
///
/// A transport never follows a redirect: a 3xx is an answer like any other. It never repeats a request, unless the
/// request says that repeating does no harm. When the calling task is cancelled, the request is cancelled and the call
/// throws ``TransportFailure/Kind/cancelled``.
package protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}
