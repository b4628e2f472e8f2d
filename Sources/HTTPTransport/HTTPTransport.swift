/// Sends one request and waits for its answer. The seam between what speaks to a server and how.
///
/// A transport never follows a redirect: a 3xx is an answer like any other. It never repeats a request on its own
/// unless the request says that this is harmless. When the calling task is cancelled, the request is given up and the
/// call throws ``TransportFailure/Kind/cancelled``.
package protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}
