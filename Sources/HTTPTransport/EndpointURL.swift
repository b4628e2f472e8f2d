/// The address of a server that may receive a secret: `https`, or plain `http` to this host.
///
/// Printable ASCII, no user information, no fragment, at most 2,048 bytes. Scheme and host are in lower case.
package struct EndpointURL: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Sendable { case https, http }

    package let scheme: Scheme
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    package let host: String
    /// `nil` for the scheme's default port, even when the text named it.
    package let port: Int?
    /// Path and query: empty, or beginning with `/`.
    package let target: String

    package init(_ text: String) throws(EndpointURLError) {
        guard text.utf8.count <= 2_048 else { throw .tooLong }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .malformed }
        guard !text.contains("#") else { throw .hasFragment }
        guard let colon = text.firstRange(of: "://") else { throw .malformed }
        guard let scheme = Scheme(rawValue: text[..<colon.lowerBound].lowercased()) else { throw .otherScheme }
        let rest = text[colon.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .hasUserInformation }
        let (host, port) = try Self.split(authority)
        target = String(rest.dropFirst(authority.count))
        guard target.isEmpty || target.hasPrefix("/"), Self.isTarget(target) else { throw .malformed }
        self.scheme = scheme
        self.host = host
        self.port = port == (scheme == .https ? 443 : 80) ? nil : port
        guard scheme == .https || isLoopback else { throw .plainBeyondThisMachine }
    }

    /// An address from the source code: `https`, a host name in lower case, its path and query.
    package init(https host: StaticString, _ target: StaticString = "") {
        scheme = .https
        self.host = "\(host)"
        port = nil
        self.target = "\(target)"
    }

    /// Whether the host is this machine by its spelling alone: `localhost`, `[::1]`, or an address in `127.0.0.0/8` in
    /// four decimal parts.
    package var isLoopback: Bool {
        if host == "localhost" || host == "[::1]" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isAddress = parts.count == 4 && parts.allSatisfy { UInt8($0).map(String.init) == String($0) }
        return isAddress && parts[0] == "127"
    }

    /// Scheme, host and port, which decide who can read a request.
    package var origin: String { "\(scheme.rawValue)://\(host)\(port.map { ":\($0)" } ?? "")" }

    package var description: String { origin + target }

    /// The URL with `path` appended. `path` begins with `/` and may carry a query.
    package func appending(_ path: String) throws(EndpointURLError) -> EndpointURL {
        guard path.hasPrefix("/"), !target.contains("?") else { throw .malformed }
        return try EndpointURL((target.hasSuffix("/") ? String(description.dropLast()) : description) + path)
    }

    private static func split(_ authority: Substring) throws(EndpointURLError) -> (host: String, port: Int?) {
        let inBrackets = authority.hasPrefix("[")
        let bracket = inBrackets ? authority.firstIndex(of: "]") : nil
        let hostEnd = bracket.map(authority.index(after:)) ?? authority.firstIndex(of: ":") ?? authority.endIndex
        let host = authority[..<hostEnd].lowercased()
        guard inBrackets ? isIPv6(host) : isName(host) else { throw .malformed }
        guard hostEnd < authority.endIndex else { return (host, nil) }
        let digits = authority[hostEnd...].dropFirst()
        guard authority[hostEnd] == ":", digits.allSatisfy(\.isNumber), let port = UInt16(digits), port > 0 else {
            throw .malformed
        }
        return (host, Int(port))
    }

    private static func isName(_ host: String) -> Bool {
        host.utf8.count <= 253
            && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            }
    }

    private static func isIPv6(_ host: String) -> Bool {
        host.utf8.count >= 4 && host.hasSuffix("]")
            && host.dropFirst().dropLast().allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
    }

    private static func isTarget(_ target: String) -> Bool {
        let bytes = Array(target.utf8)
        return bytes.indices.allSatisfy { index in
            guard bytes[index] == UInt8(ascii: "%") else { return !#""<>\^`{|}"#.utf8.contains(bytes[index]) }
            return bytes.count > index + 2
                && bytes[index + 1...index + 2].allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
    }
}

/// Why a text is not a valid ``EndpointURL``.
package enum EndpointURLError: Error, Equatable, CustomStringConvertible {
    case malformed, tooLong, otherScheme, plainBeyondThisMachine, hasUserInformation, hasFragment

    package var description: String {
        switch self {
        case .malformed: "not a valid URL"
        case .tooLong: "the URL is longer than 2048 bytes"
        case .otherScheme: "the URL must begin with https://"
        case .plainBeyondThisMachine: "plain http is accepted for this machine only (127.0.0.1, [::1], localhost)"
        case .hasUserInformation: "the URL must not contain a user name or password"
        case .hasFragment: "the URL must not have a fragment (#)"
        }
    }
}
