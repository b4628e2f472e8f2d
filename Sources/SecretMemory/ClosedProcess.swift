import CPlatform
import Glibc

/// Variables by which whoever starts a process would have its libraries write down what they know, or load what is not theirs.
/// They go before any library looks.
private let steering = [
    // TLS's keys into a file; what QUIC says.
    "SSLKEYLOGFILE", "QLOGDIR",
    // OpenSSL's configuration, and what it loads because of it.
    "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_MODULES", "OPENSSL_ENGINES", "OPENSSL_TRACE", "CTLOG_FILE",
    // Another set of authorities than the system's: zoom.ca_file and a target's own are the places for that.
    "SSL_CERT_FILE", "SSL_CERT_DIR",
    // libcurl's, and what builds for debugging add.
    "CURL_HOME", "CURL_CA_BUNDLE", "CURL_DEBUG", "CURL_TRACE", "CURL_ENTROPY", "CURL_ALTSVC_HTTP", "CURL_HSTS_HTTP",
    "CURL_GETHOSTNAME", "CURL_FORCEHOST", "NETRC",
    // What libcurl's other libraries read: Kerberos, LDAP.
    "KRB5_CONFIG", "KRB5_TRACE", "KRB5CCNAME", "KRB5_KTNAME", "GSS_MECH_CONFIG", "LDAPCONF", "LDAPRC",
    // glibc's: code for character sets, other names for hosts, traces of memory.
    "GCONV_PATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "NLSPATH", "LOCPATH", "MALLOC_TRACE",
    "RESOLV_HOST_CONF", "NIS_PATH",
    // SQLite's: where it would put what does not fit into memory.
    "SQLITE_TMPDIR",
]

/// What a process does first that will hold secrets: nobody looks into it, and it leaves nothing behind.
package enum ClosedProcess {
    /// Not to be traced, read or dumped by its own user; no core; silent when it crashes; new files for its user alone.
    /// - Returns: whether the kernel did as it was told.
    package static func begin() -> Bool {
        umask(0o077)
        for name in steering { unsafe unsetenv(name) }
        CrashReporter.silence()
        return kt_make_undumpable() == 0
    }
}
