/// The methods that the sockets speak.
package enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether a request may bring a body. A body on the others means nothing in HTTP, and two programs that disagree
    /// on whether it is there read two different requests.
    package var allowsBody: Bool {
        switch self {
        case .post, .put, .patch: true
        case .get, .delete: false
        }
    }
}
