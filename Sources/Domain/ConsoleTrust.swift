/// What a console's certificate is known by.
package enum ConsoleTrust: Equatable, Sendable {
    case system
    /// PEM certificates, instead of the system's.
    case authorities(String)
    /// The SHA-256 of the certificate itself, as 64 hexadecimal digits in lower case.
    case pin(String)

    /// The raw values are shown to operators.
    package enum Kind: String, CaseIterable, Sendable { case system, ca, pin }

    package var kind: Kind {
        switch self {
        case .system: .system
        case .authorities: .ca
        case .pin: .pin
        }
    }
}
