/// The address of a mail server that submits messages (RFC 6409), such as `smtp://mail.example.com:587`.
package struct MailServer: Equatable, Sendable, CustomStringConvertible {
    package enum Security: Sendable {
        /// `smtps`: TLS from the first byte.
        case implicit
        /// `smtp`: nothing but the greeting is said before TLS.
        case startTLS
        /// Only to this host.
        case none
    }

    package let host: String
    package let port: Int
    package var security: Security

    /// Whether the host is this machine by its spelling.
    package let isLoopback: Bool

    package static let grammar = "smtp://HOST[:PORT] or smtps://HOST[:PORT]"

    /// Reads `smtp://HOST:PORT` (port 587 unless another is named) or `smtps://HOST:PORT` (465).
    package init?(_ text: String) {
        for (scheme, standard) in [("smtp://", 587), ("smtps://", 465)] where text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            guard let url = try? EndpointURL("https://" + rest), ["", "/"].contains(url.target) else { return nil }
            (host, isLoopback) = (url.host, url.isLoopback)
            // 443 is the other scheme's usual port, which its parser leaves out.
            port = url.port ?? (rest.hasSuffix(":443") || rest.hasSuffix(":443/") ? 443 : standard)
            security = scheme == "smtps://" ? .implicit : isLoopback ? .none : .startTLS
            return
        }
        return nil
    }

    /// For curl, and for people.
    package var description: String { "\(security == .implicit ? "smtps" : "smtp")://\(host):\(port)" }
}

/// A mailbox: `local@domain`, in ASCII, without quotes, comments or a display name, so that it is one in every field and
/// command.
package struct MailAddress: Equatable, Sendable, CustomStringConvertible {
    package static let grammar = "a mail address such as oncall@example.com"

    package let description: String

    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 254, parts.count == 2, parts[0].utf8.count <= 64,
            parts[0].split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isAtom),
            parts[1].utf8.allSatisfy({ Self.isLetterOrDigit($0) || "-.".utf8.contains($0) }),
            (try? EndpointURL("https://\(parts[1])/")) != nil
        else { return nil }
        description = text
    }

    /// RFC 5322, 3.2.3.
    private static func isAtom(_ part: Substring) -> Bool {
        !part.isEmpty && part.utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+/=?^_`{|}~-".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
    }
}
