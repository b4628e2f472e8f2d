/// The methods that a request may have. No path has `OPTIONS` or `TRACE`: they are read so that the answer can say which
/// methods the path has.
package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case trace = "TRACE"

    /// Whether a request may bring a body. A body on the others means nothing in HTTP, and two programs that disagree
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
