import CPlatform
import Glibc

/// Variables with which the starter of a process could make its libraries write down secrets, or load foreign code.
/// They are removed before any library reads them.
private let steering = [
    // Write TLS keys to a file; QUIC logs.
    "SSLKEYLOGFILE", "QLOGDIR",
    // OpenSSL's configuration, and the code that it loads.
    "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE", "OPENSSL_MODULES", "OPENSSL_ENGINES", "OPENSSL_TRACE", "CTLOG_FILE",
    // Other certificate authorities than the system's: use zoom.ca_file and a target's own setting instead.
    "SSL_CERT_FILE", "SSL_CERT_DIR",
    // libcurl's, including those of its debug builds.
    "CURL_HOME", "CURL_CA_BUNDLE", "CURL_DEBUG", "CURL_TRACE", "CURL_ENTROPY", "CURL_ALTSVC_HTTP", "CURL_HSTS_HTTP",
    "CURL_GETHOSTNAME", "CURL_FORCEHOST", "NETRC",
    // The libraries of libcurl: Kerberos, LDAP.
    "KRB5_CONFIG", "KRB5_TRACE", "KRB5CCNAME", "KRB5_KTNAME", "GSS_MECH_CONFIG", "LDAPCONF", "LDAPRC",
    // glibc's: code for character sets, aliases for hosts, memory traces.
    "GCONV_PATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN", "RES_OPTIONS", "NLSPATH", "LOCPATH", "MALLOC_TRACE",
    "RESOLV_HOST_CONF", "NIS_PATH",
    // libpq's: another server, another login, weaker TLS. What a store needs is in its URL.
    "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE",
    "PGSYSCONFDIR", "PGOPTIONS", "PGAPPNAME", "PGSSLMODE", "PGREQUIRESSL", "PGSSLCOMPRESSION", "PGSSLCERT", "PGSSLKEY",
    "PGSSLROOTCERT", "PGSSLCRL", "PGSSLCRLDIR", "PGSSLSNI", "PGSSLCERTMODE", "PGSSLNEGOTIATION",
    "PGSSLMINPROTOCOLVERSION", "PGSSLMAXPROTOCOLVERSION", "PGREQUIREPEER", "PGREQUIREAUTH",
    "PGCHANNELBINDING", "PGGSSENCMODE", "PGGSSLIB", "PGGSSDELEGATION", "PGKRBSRVNAME", "PGCONNECT_TIMEOUT",
    "PGCLIENTENCODING", "PGTARGETSESSIONATTRS", "PGLOADBALANCEHOSTS", "PGMINPROTOCOLVERSION", "PGMAXPROTOCOLVERSION",
    "PGDATESTYLE", "PGTZ", "PGGEQO",
    // SQLite's: the directory for temporary files.
    "SQLITE_TMPDIR",
]

/// The first call of a process that will hold secrets: no other process can read it, and it leaves nothing behind.
package enum ClosedProcess {
    /// Forbids tracing, reading and dumping by the same user; no core file; no output on a crash; new files for this
    /// user only.
    /// - Returns: whether the kernel applied all of it.
    package static func begin() -> Bool {
        umask(0o077)
        for name in steering { unsafe unsetenv(name) }
        CrashReporter.silence()
        return kt_make_undumpable() == 0
    }
}
