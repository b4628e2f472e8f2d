import CPostgreSQL
package import Vault

/// Where a vault's database is, and as whom to log in: libpq's own URL, held against what a vault may do.
package struct PostgreSQLLocation: Sendable, Equatable {
    struct Host: Sendable, Equatable {
        /// A name, an address, or the directory of a Unix socket; empty for libpq's own directory.
        let name: String
        let port: String

        var isSocket: Bool { name.isEmpty || name.hasPrefix("/") || name.hasPrefix("@") }

        /// Whether nobody on a network is in between.
        var isLocal: Bool {
            isSocket || name == "localhost" || name == "::1"
                || name.wholeMatch(of: #/127\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/#) != nil
        }
    }

    let hosts: [Host]
    let database: String
    /// `nil` for the name of the system's user.
    let user: String?
    /// Whatever else is passed to libpq.
    let options: [String: String]
    let passwordFile: PasswordFile?

    static let systemAuthorities = "/etc/ssl/certs/ca-certificates.crt"

    /// What a URL may set besides hosts, ports, user and database.
    private static let permitted: Set = [
        "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "channel_binding", "keepalives_idle",
        "keepalives_interval",
        "keepalives_count", "application_name",
    ]

    private static let example = "a URL such as postgresql://keyturn@db1.example.com,db2.example.com/keyturn"

    package init(_ url: String, passwordFile: PasswordFile? = nil) throws(StoreError) {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://"), let given = Self.parse(url) else {
            // libpq's own words would repeat the URL, and so a password in it.
            throw StoreError(.notPermitted, "the database's URL cannot be read", hint: Self.example)
        }
        guard given["password"] == nil, given["sslpassword"] == nil else {
            throw StoreError(
                .notPermitted, "there is a password in the database's URL, where everybody can read it",
                hint: "put it into a file of its own, and change it: it has been seen")
        }
        var options = given
        for known in ["host", "port", "user", "dbname"] { options[known] = nil }
        // It is so in any case.
        if ["read-write", "primary"].contains(options["target_session_attrs"]) {
            options["target_session_attrs"] = nil
        }
        if let other = options.keys.sorted().first(where: { !Self.permitted.contains($0) }) {
            throw StoreError(
                .notPermitted, "the option \(other) is not permitted in the database's URL",
                hint: "leave it out; permitted are: \(Self.permitted.sorted().joined(separator: ", "))")
        }
        guard let database = given["dbname"], !database.isEmpty else {
            throw StoreError(.notPermitted, "the URL names no database", hint: Self.example)
        }
        let names = (given["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let ports = (given["port"] ?? "5432").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard ports.count == 1 || ports.count == names.count,
            ports.allSatisfy({ $0.isEmpty || UInt16($0).map { $0 > 0 } ?? false })
        else {
            throw StoreError(
                .notPermitted, "the ports in the database's URL do not match its hosts", hint: Self.example)
        }
        hosts = names.enumerated().map { index, name in
            let port = ports.count == 1 ? ports[0] : ports[index]
            return Host(name: name, port: port.isEmpty ? "5432" : port)
        }
        self.database = database
        user = given["user"]
        self.options = options
        self.passwordFile = passwordFile
        try checkTLS()
    }

    /// Over a network, only a server that proves its name is told a password.
    private func checkTLS() throws(StoreError) {
        guard let mode = options["sslmode"], mode != "verify-full", let remote = hosts.first(where: { !$0.isLocal })
        else {
            return
        }
        throw StoreError(
            .notPermitted, "with sslmode=\(mode), anybody in between could be the database server \(remote.name)",
            hint: "leave out sslmode, which is verify-full then; for an authority of your own: ?sslrootcert=FILE")
    }

    /// The parameters for libpq of one address, without the password.
    func parameters(of host: Host, address: String?, for limits: PostgreSQLLimits) -> [String: String] {
        var all = options
        all["host"] = host.name
        all["hostaddr"] = address
        all["port"] = host.port
        all["dbname"] = database
        all["user"] = user
        all["client_encoding"] = "UTF8"
        if all["application_name"] == nil { all["application_name"] = "keyturnd" }
        if all["sslmode"] == nil { all["sslmode"] = host.isLocal ? "prefer" : "verify-full" }
        if all["sslrootcert"] == nil, all["sslmode"] == "verify-full" { all["sslrootcert"] = Self.systemAuthorities }
        // Passwords come from the one file, and not from a home directory.
        all["passfile"] = "/nonexistent"
        all["gssencmode"] = "disable"
        return all
    }

    /// The database and its servers, for messages.
    package var place: String {
        let servers = hosts.map {
            $0.isSocket ? ($0.name.isEmpty ? "the local socket" : $0.name) : "\($0.name):\($0.port)"
        }
        return "database \(database) at \(servers.joined(separator: ", "))"
    }

    private static func parse(_ url: String) -> [String: String]? {
        var reason: UnsafeMutablePointer<CChar>?
        let parsed = unsafe PQconninfoParse(url, &reason)
        unsafe PQfreemem(reason)
        guard let parsed = unsafe parsed else { return nil }
        defer { unsafe PQconninfoFree(parsed) }
        var found: [String: String] = [:]
        var option = unsafe parsed
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val {
                unsafe found[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe option = unsafe option.advanced(by: 1)
        }
        return found
    }
}

/// A server, and what is used there, for messages.
struct ServerPlace: Equatable, Sendable {
    /// Host, address and port, or the directory of the socket.
    let server: String
    /// The words that name it to PostgreSQL's programs.
    let options: String
    let endpoint: String
    let database: String
    let role: String
    var passwordFile: String?
    var authorities: String?

    init(_ host: PostgreSQLLocation.Host, address: String?, in location: PostgreSQLLocation) {
        let name = host.name.isEmpty ? "the local socket" : host.name
        let shown = address.map { $0 == host.name ? name : "\(name) (\($0))" } ?? name
        server = host.isSocket ? "\(shown), port \(host.port)" : "\(shown):\(host.port)"
        options = host.name.isEmpty ? "-p \(host.port)" : "-h \(host.name) -p \(host.port)"
        endpoint = "\(host.name):\(host.port)"
        database = location.database
        role = location.user ?? "(the system's user)"
        passwordFile = location.passwordFile?.path
        authorities = location.options["sslrootcert"] ?? PostgreSQLLocation.systemAuthorities
    }
}
