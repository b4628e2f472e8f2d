import CCurl
import SecretMemory

extension CurlEasy {
    /// Sets the options that are the same for every server, then those of the request.
    mutating func prepare(_ request: HTTPRequest, _ settings: CurlTransport.Settings) {
        set(CURLOPT_URL, request.url.description)
        set(CURLOPT_PROTOCOLS_STR, request.url.scheme.rawValue)
        set(CURLOPT_PATH_AS_IS, true)
        set(CURLOPT_FOLLOWLOCATION, false)
        // HTTP/1.1 on purpose: over HTTP/2 curl repeats refused streams, and small requests gain nothing from it.
        set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        set(CURLOPT_USERAGENT, settings.userAgent)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        if request.url.isLoopback { set(CURLOPT_PROXY, "") }  // empty: no proxy, whatever the environment says
        set(CURLOPT_FRESH_CONNECT, !request.isRepeatable)
        set(CURLOPT_NOSIGNAL, true)
        set(CURLOPT_QUICK_EXIT, true)  // else cancelling waits for the resolver, and blocks all transfers
        prepareTLS(caFile: settings.caFile)
        prepare(request.tls)
        set(CURLOPT_CONNECTTIMEOUT_MS, request.limits.connect.milliseconds)
        set(CURLOPT_TIMEOUT_MS, request.limits.total.milliseconds)
        set(CURLOPT_HTTPGET, true)
        if let body = request.body {
            setBody(body.bytes)
            set(CURLOPT_POST, true)
        }
        set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
        setHeaders(request.headers)
    }

    /// The CA file replaces the system's trust store, so that it narrows what is trusted and never widens it.
    mutating func prepareTLS(caFile: String?) {
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        set(CURLOPT_SSL_VERIFYPEER, true)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        guard let caFile else { return }
        set(CURLOPT_CAINFO, caFile)
        set(CURLOPT_CAPATH, nil)
    }

    private mutating func prepare(_ tls: TLSOptions) {
        switch tls.trust {
        case .standard: break
        case .authorities(let text):
            set(CURLOPT_CAINFO_BLOB, blob: unsafe text.utf8Span.span.bytes)
            set(CURLOPT_CAPATH, nil)
        case .certificate:
            // ``Transfer`` checks the certificate once the connection is up. A reused connection or TLS session shows
            // none.
            set(CURLOPT_CERTINFO, true)
            set(CURLOPT_SSL_VERIFYPEER, false)
            set(CURLOPT_SSL_VERIFYHOST, 0)
            set(CURLOPT_FRESH_CONNECT, true)
            set(CURLOPT_FORBID_REUSE, true)
            set(CURLOPT_SSL_SESSIONID_CACHE, false)
        }
        if let identity = tls.identity { prepare(identity) }
    }

    mutating func prepare(_ identity: TLSOptions.Identity) {
        set(CURLOPT_SSLCERT_BLOB, blob: unsafe identity.certificates.utf8Span.span.bytes)
        identity.key.bytes.withSpan { set(CURLOPT_SSLKEY_BLOB, blob: $0) }
        set(CURLOPT_KEYPASSWD, "")  // else OpenSSL asks for one on the terminal
    }
}

extension Duration {
    /// At least one and at most a day: to curl, zero means no limit.
    fileprivate var milliseconds: Int {
        let seconds = Int(min(max(components.seconds, 0), 86_400))
        return max(1, seconds * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000))
    }
}
