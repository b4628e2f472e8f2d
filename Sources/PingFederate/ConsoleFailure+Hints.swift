import Domain
import HTTPTransport

/// What to do about a failure.
extension ConsoleFailure {
    /// The hint where no target exists yet: it names options of the command that failed.
    package var hint: String { hint(of: nil) }

    /// - Parameter target: the name of the target that failed; `nil` when there is none yet.
    package func hint(of target: String?) -> String {
        if let advice {
            return target.map { advice.replacing("NAME", with: $0) }
                ?? advice.replacing("keyturn target set NAME ", with: "")
        }
        let named = target ?? "NAME"
        func set(_ options: String) -> String { target.map { "keyturn target set \($0) \(options)" } ?? options }
        let isToken = party?.role == .tokenEndpoint
        switch cause {
        case .unauthorized:
            return "check the account in PingFederate (Administrative Accounts); another login: \(set("--user USER"))"
        case .tokenRejected:
            return "compare the scope and the client with oauth2.properties of the console; another scope: "
                + set("--scope SCOPE")
        case .certificateRefused:
            return "make the console trust the certificate's issuer, and give an administrative account its subject; "
                + "another certificate: \(set("--client-cert FILE --client-key FILE"))"
        case .forbidden: return "give the account the role Admin in PingFederate"
        case .notFound:
            return "compare the connection's ID with those that the console has: \(discovery(target))"
        case .wrongAddress, .redirected, .unexpectedAnswer: return address(set)
        case .rejected: return refused(named, set)
        case .conflict: return "find out who is changing the console; the push is tried again automatically"
        case .tooLarge:
            return "raise the limit of the gateway, or bypass it: \(set("--admin-url https://CONSOLE:9999"))"
        case .unsupportedMediaType: return "bypass the gateway: \(set("--admin-url https://CONSOLE:9999"))"
        case .untrusted:
            let options =
                isToken ? "--ca-file FILE" : party?.isPinned == true ? "--pin SHA256" : "--ca-file FILE or --pin SHA256"
            return
                "compare the certificate: openssl s_client -connect \(place) </dev/null | openssl x509 -noout -sha256 "
                + "-fingerprint; if it is the right one: \(set(options))"
        case .tlsFailed:
            return
                "see what it offers: openssl s_client -connect \(place); TLS 1.2 or later is needed; if the console "
                + "requires a client certificate: \(set("--client-cert FILE --client-key FILE"))"
        case .caUnusable: return "give PEM certificates: \(set("--ca-file FILE"))"
        case .identityUnusable:
            return "check that the key belongs to the certificate, and is PEM and not encrypted; another one: "
                + set("--client-cert FILE --client-key FILE")
        case .unreachable: return "check address, DNS and firewall between here and \(place)"
        case .proxyRefused:
            return "https_proxy applies to consoles too: allow \(place) in the proxy, or add "
                + "\(party?.url.host ?? "the host") to no_proxy (systemctl edit keyturnd) and restart keyturnd"
        case .answerLost:
            return isToken
                ? "check the network between here and \(place)"
                : "check the network to \(place), and the console's server.log\(resetOfCertificate(set))"
        case .serverError: return isToken ? "see the log of \(place)" : "see the console's server.log"
        case .invalidClient:
            return "check the client's ID and secret at \(place), and how it authenticates (--token-auth-method); "
                + "another client: \(set("--token-url \(party?.url.description ?? "URL") --client-id ID"))"
        case .invalidScope: return "request a scope that \(place) grants to this client: \(set("--scope SCOPE"))"
        case .tokenRefused: return "allow this client to use the client credentials grant at \(place)"
        case .editors: return "wait until the other editor is done"
        case .mismatch: return "list what is there: \(discovery(target))"
        case .replication: return "see Cluster Management in the console"
        case .moved: return "keyturn target push \(named)"
        case .cancelled: return "try again"
        }
    }

    /// How to list the connections. Before the target exists, that is the command without `--connection`.
    private func discovery(_ target: String?) -> String {
        "keyturn target discover \(target ?? "--admin-url \(party?.url.description ?? "URL") --user USER")"
    }

    private var place: String { party?.place ?? "HOST:9999" }

    /// Under TLS 1.3 a console refuses a client certificate after the handshake, and its reset may arrive before the
    /// alert that explains it.
    private func resetOfCertificate(_ set: (String) -> String) -> String {
        guard party?.login == .certificate else { return "" }
        return
            "; a console that refuses the client certificate may close the connection like this: make it trust the issuer, or "
            + set("--client-cert FILE --client-key FILE")
    }

    private func refused(_ named: String, _ set: (String) -> String) -> String {
        let fix = "fix what PingFederate reports, then keyturn target push \(named): a blocked rotation then continues"
        guard party?.call == .save, party?.bypassesExternalValidation == false else { return fix }
        let bypass = "if the console cannot reach Zoom: \(set("--bypass-external-validation"))"
        return speaksOfConnecting ? "\(bypass); else \(fix)" : "\(fix); \(bypass)"
    }

    /// Whether the text is about a connection that PingFederate could not make, such as `connect timed out`.
    private var speaksOfConnecting: Bool {
        let words = (detail ?? "").lowercased()
        return ["connect ", "timed out", "timeout", "unknownhost", "unknown host", "unreachable", "no route"].contains {
            words.contains($0)
        }
    }

    private func address(_ set: (String) -> String) -> String {
        guard let party else { return "check the address: \(set("--admin-url https://CONSOLE:9999"))" }
        guard party.role == .console else {
            return "check the address of the token endpoint: \(set("--token-url https://SSO:9031/as/token.oauth2"))"
        }
        let (url, path) = (party.url, party.url.target)
        if path == ConsoleAccess.apiPath {
            return "the admin API is on the console's own port, usually 9999; behind a gateway, with its prefix: "
                + set("--admin-url \(url.origin)/PREFIX\(path)")
        }
        if path.hasSuffix(ConsoleAccess.apiPath) { return "check host and prefix: \(set("--admin-url \(url)"))" }
        // People copy the address of the console's pages.
        let isPage = path == "/pingfederate" || path.hasPrefix("/pingfederate/")
        let prefix = isPage ? "" : path.hasSuffix("/") ? String(path.dropLast()) : path
        return
            "the path of the admin API is missing: \(set("--admin-url \(url.origin)\(prefix)\(ConsoleAccess.apiPath)"))"
    }
}
