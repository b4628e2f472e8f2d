import CCurl

/// The library that is loaded, which may differ from the one compiled against.
package enum CurlVersion {
    /// Such as `8.14.1`.
    package static var text: String {
        unsafe keyturn_curl_version().flatMap { info in
            unsafe info.pointee.version.map { unsafe String(cString: $0) }
        } ?? ""
    }

    /// Its TLS library, such as `OpenSSL/3.5.1`.
    package static var tls: String {
        unsafe keyturn_curl_version().flatMap { info in
            unsafe info.pointee.ssl_version.map { unsafe String(cString: $0) }
        } ?? "no TLS"
    }
}
