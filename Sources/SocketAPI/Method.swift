/// The methods of requests. No path supports `OPTIONS` or `TRACE`: they are read so that the answer can list the path's
/// methods.
package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case trace = "TRACE"

    /// Whether a request may have a body. In other methods a body has no meaning in HTTP, and two programs that disagree
    /// on whether it is there read two different requests.
    package var allowsBody: Bool {
        switch self {
        case .post, .put, .patch: true
        case .get, .head, .delete, .options, .trace: false
        }
    }

    /// The method whose answer has the same head: `HEAD` is served wherever `GET` is.
    package var ofSameHead: Method { self == .head ? .get : self }
}
