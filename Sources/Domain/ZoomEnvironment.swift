/// Which of Zoom's clouds an app lives in, or the addresses of a stand-in.
package enum ZoomEnvironment: Equatable, Sendable {
    case commercial
    case government
    case custom(tokenURL: String, apiURL: String)

    /// The raw values are stored, and shown to operators.
    package enum Kind: String, CaseIterable, Sendable { case commercial, government, custom }

    package var kind: Kind {
        switch self {
        case .commercial: .commercial
        case .government: .government
        case .custom: .custom
        }
    }
}
