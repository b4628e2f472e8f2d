import CCurl
import SecretMemory

extension TransportFailure {
    /// What curl's result means. `started` tells whether curl was about to send the request itself, after connecting,
    /// TLS and a proxy's consent.
    init(curl code: CURLcode, started: Bool, detail: String, partial: SecretBox?) {
        self.init(
            Kind(curl: code, started: started), started ? .ambiguous : .notSent, detail: detail, partial: partial)
    }
}

extension TransportFailure.Kind {
    init(curl code: CURLcode, started: Bool) {
        self =
            switch code {
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
            case CURLE_COULDNT_CONNECT, CURLE_PROXY: .unreachable
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS: .tlsUntrusted
            case CURLE_SSL_CACERT_BADFILE: .caUnusable
            case CURLE_SSL_CERTPROBLEM: .identityUnusable
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
