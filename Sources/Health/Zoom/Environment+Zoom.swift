package import Domain
package import HTTPTransport
package import Zoom

extension ZoomEnvironment {
    package func endpoints() throws(EndpointURLError) -> ZoomEndpoints {
        switch self {
        case .commercial: .commercial
        case .government: .government
        case .custom(let tokenURL, let apiURL):
            ZoomEndpoints(tokenURL: try EndpointURL(tokenURL), apiURL: try EndpointURL(apiURL))
        }
    }
}
