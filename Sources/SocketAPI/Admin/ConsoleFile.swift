/// A PEM file for a console, and its size limit, for the command that reads it and for the daemon.
package enum ConsoleFile: String, Sendable {
    case ca = "CA file"
    case clientCertificate = "client certificate"
    case clientKey = "client key"

    /// The most bytes of each.
    package static let longest = 32 << 10

    package var tooLong: String { "the \(rawValue) is longer than \(Self.longest) bytes" }

    /// The kind of file to give instead.
    package var fitting: String {
        switch self {
        case .ca:
            "give only the authority that signed the console's certificate; without --ca-file the system's own are used"
        case .clientCertificate:
            "give only the certificate, and its chain to an authority that the console trusts"
        case .clientKey: "give only the key, as PEM"
        }
    }
}
