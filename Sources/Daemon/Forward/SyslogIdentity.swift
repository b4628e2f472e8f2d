import HTTPTransport
import SecretMemory
import System

/// The client certificate for a syslog server that asks for one (RFC 5425, section 4.2). The files are read for each
/// connection, so that renewed ones need no restart.
struct SyslogIdentity: Equatable, Sendable {
    /// PEM: the certificate first, then the chain to its authority.
    let certificateFile: String
    /// PEM, not encrypted.
    let keyFile: String

    /// In bytes.
    private static let sizes = 1...(256 << 10)

    func read() throws(ForwardFailure) -> TLSOptions.Identity {
        let chain = try Self.read(certificateFile, forbidden: 0)
        let key = try Self.read(keyFile, forbidden: 0o077)
        return TLSOptions.Identity(
            certificates: chain.withSpan { String(decoding: $0.array, as: UTF8.self) },
            key: SecretBox(key))
    }

    private static func read(_ path: String, forbidden: UInt32) throws(ForwardFailure) -> SecretBytes {
        do { return try PrivateFile.read(path, sizes: sizes, forbidden: forbidden) } catch {
            switch error {
            case .system(let error): throw ForwardFailure(reason: "cannot read \(path): \(error.words)")
            case .open: throw ForwardFailure(reason: "others can read \(path)")
            case .notAFile, .size: throw ForwardFailure(reason: "\(path) is not a PEM file")
            }
        }
    }
}

extension Settings {
    /// `nil` unless both files are set.
    var syslogIdentity: SyslogIdentity? {
        guard let certificate = auditForwardCertificateFile, let key = auditForwardKeyFile else { return nil }
        return SyslogIdentity(certificateFile: certificate, keyFile: key)
    }
}
