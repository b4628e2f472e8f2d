import CCurl
import Glibc
import SecretMemory
import System

extension TransportFailure {
    /// Classifies curl's result. `started` is true when curl was about to send the request itself, after the
    /// connection, TLS and a proxy's consent.
    init(curl code: CURLcode, _ circumstances: CurlCircumstances, started: Bool, partial: SecretBox?) {
        self.init(
            Kind(curl: code, circumstances, started: started), started ? .ambiguous : .notSent,
            detail: circumstances.words(for: code), partial: partial)
    }
}

/// What curl knows about a failure, in numbers. Its messages are never shown: they repeat details such as a proxy's
/// address with the password in it.
struct CurlCircumstances: Equatable {
    /// OpenSSL's verdict on the server's certificate (`X509_V_ERR_…`); 0 when it found nothing.
    var verification = 0
    /// The last system call that failed (`errno`); 0 when none did.
    var systemError = 0
    /// The status with which a proxy answered the request for a connection; 0 without a proxy.
    var proxyStatus = 0
    /// The alert with which the server ended TLS; `nil` without one.
    var alert: TLSAlert?

    func words(for code: CURLcode) -> String {
        switch code {
        case CURLE_COULDNT_RESOLVE_PROXY: return "the name of the proxy in the environment"
        case CURLE_PROXY: return ""
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            return Self.verdict(verification)
        default: break
        }
        if proxyStatus == 407 { return "it answered 407: it requires a login, or a different one" }
        if proxyStatus >= 300 { return "it answered \(proxyStatus)" }
        if let alert { return "TLS alert \(alert)" }
        switch code {
        case CURLE_COULDNT_CONNECT, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SSL_CONNECT_ERROR:
            return systemError == 0 ? "" : SystemError.words(for: CInt(systemError))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_OPERATION_TIMEDOUT, CURLE_FILESIZE_EXCEEDED, CURLE_PARTIAL_FILE,
            CURLE_GOT_NOTHING, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CLIENTCERT:
            return ""
        default: return "libcurl's code \(code.rawValue)"
        }
    }

    private static func verdict(_ code: Int) -> String {
        switch code {
        // libcurl checks the name itself, before it asks for the verdict, which then is 0, or 1 for "none".
        case 0, 1: "it is for another host name"
        case 2, 20, 21: "its issuer is not known"
        case 9: "it is not valid yet"
        case 10: "it has expired"
        case 18: "it is self-signed"
        case 19: "it comes from an authority that is not trusted"
        case 23: "it was revoked"
        case 24, 25, 26, 79: "its issuer may not issue such certificates"
        case 62, 64: "it is for another host name"
        case 66, 67, 68: "its key or its signature is too weak"
        default: "OpenSSL's verdict \(code)"
        }
    }
}

extension TransportFailure.Kind {
    init(curl code: CURLcode, _ circumstances: CurlCircumstances, started: Bool) {
        if circumstances.alert?.isAboutOurCertificate == true {
            self = .identityRefused
            return
        }
        if !started, circumstances.proxyStatus >= 300 {
            self = .proxyRefused
            return
        }
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
            case CURLE_COULDNT_CONNECT: .unreachable
            case CURLE_PROXY: .proxyRefused
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS: .tlsUntrusted
            case CURLE_SSL_CACERT_BADFILE: .caUnusable
            case CURLE_SSL_CERTPROBLEM: .identityUnusable
            case CURLE_SSL_CLIENTCERT: .identityRefused
            case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_USE_SSL_FAILED: .tlsFailed
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR:
                started ? .cut : .unreachable
            case CURLE_FILESIZE_EXCEEDED: .tooLarge
            case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL: .malformed
            default: .other
            }
    }
}
