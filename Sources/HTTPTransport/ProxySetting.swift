import CCurl
import Glibc

/// The proxy that the environment names for HTTPS, read in the way libcurl reads it. Its description never contains the
/// login, nor any part of an address that cannot be read.
package enum ProxySetting: Equatable, Sendable {
    /// - Parameter variable: the environment variable that names the proxy.
    case proxy(variable: String, Proxy)
    /// libcurl cannot use the variable's value: every call fails, except those to this host.
    case unusable(variable: String)

    package struct Proxy: Equatable, Sendable {
        package let scheme: String
        package let host: String
        package let port: Int
        package let hasLogin: Bool
    }

    /// In libcurl's order.
    private static let variables = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    private static let schemes = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"]

    /// `nil` when there is no proxy.
    package init?(environment: (String) -> String?) {
        for variable in Self.variables {
            guard let value = environment(variable), !value.isEmpty else { continue }
            self = Self.proxy(value).map { .proxy(variable: variable, $0) } ?? .unusable(variable: variable)
            return
        }
        return nil
    }

    /// The setting of this process.
    package static var current: ProxySetting? {
        ProxySetting { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
    }

    private static func proxy(_ text: String) -> Proxy? {
        // A login with a '/', '?' or '#' ends the address too early; a part of the login is then read as the host.
        guard let address = ParsedURL(text), ["", "/"].contains(address.part(CURLUPART_PATH)),
            address.part(CURLUPART_QUERY) == nil, address.part(CURLUPART_FRAGMENT) == nil,
            let host = address.part(CURLUPART_HOST), !host.isEmpty, host.utf8.count <= 255,
            host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        // libcurl takes "proxy.example:3128", without a scheme, for http; and so "ftp.example", whatever its guess.
        let scheme = text.contains("://") ? address.part(CURLUPART_SCHEME)?.lowercased() ?? "" : "http"
        guard schemes.contains(scheme) else { return nil }
        let hasLogin: Bool
        switch (address.decoded(CURLUPART_USER), address.decoded(CURLUPART_PASSWORD)) {
        case (.unreadable, _), (_, .unreadable): return nil
        case (.missing, .missing): hasLogin = false
        default: hasLogin = true
        }
        let standard = scheme == "https" ? 443 : 1080
        let port = address.part(CURLUPART_PORT).map { Int($0) ?? 0 } ?? standard
        guard (1...65_535).contains(port) else { return nil }
        return Proxy(scheme: scheme, host: host, port: port, hasLogin: hasLogin)
    }
}

extension ProxySetting: CustomStringConvertible {
    package var description: String {
        switch self {
        case .proxy(let variable, let proxy):
            "\(proxy.scheme) proxy at \(proxy.host):\(proxy.port)\(proxy.hasLogin ? " (with a login)" : ""), from \(variable)"
        case .unusable(let variable): "\(variable) is set, but is not the address of a proxy"
        }
    }
}

/// An address that libcurl parsed.
@safe private struct ParsedURL: ~Copyable {
    enum Decoded { case missing, unreadable, present }

    private let handle: OpaquePointer

    init?(_ text: String) {
        guard let handle = unsafe curl_url() else { return nil }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME)
        guard unsafe curl_url_set(handle, CURLUPART_URL, text, flags) == CURLUE_OK else {
            unsafe curl_url_cleanup(handle)
            return nil
        }
        unsafe self.handle = handle
    }

    deinit { unsafe curl_url_cleanup(handle) }

    borrowing func part(_ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &text, 0) == CURLUE_OK, let found = unsafe text else { return nil }
        defer { unsafe curl_free(found) }
        return unsafe String(cString: found)
    }

    /// Whether the part is there, and is not empty once decoded.
    borrowing func decoded(_ part: CURLUPart) -> Decoded {
        guard self.part(part) != nil else { return .missing }
        var text: UnsafeMutablePointer<CChar>?
        guard unsafe curl_url_get(handle, part, &text, UInt32(CURLU_URLDECODE)) == CURLUE_OK, let found = unsafe text
        else { return .unreadable }
        unsafe curl_free(found)
        return .present
    }
}
