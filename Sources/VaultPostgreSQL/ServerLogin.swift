import CPostgreSQL
import Domain
import Glibc
import SecretMemory
import Vault

/// Opens connections: tries every address of every host in order, until a server that accepts changes has accepted the login.
struct ServerLogin: Sendable {
    let location: PostgreSQLLocation
    let limits: PostgreSQLLimits
    /// Looks up the addresses of a host.
    var lookup: @Sendable (String, Duration) -> [String]? = HostLookup.addresses

    /// The oldest server that has all that the store uses.
    private static let oldestVersion = 15

    /// Blocks for at most `limits.connect` for each address, and as long for each name.
    func connect() throws(StoreError) -> PostgreSQLConnection {
        let password =
            if let file = location.passwordFile { try SecretBox(file.read()) } else { SecretBox?.none }
        var failures: [StoreError] = []
        for host in location.hosts {
            guard !host.isSocket else {
                do throws(StoreError) { return try connect(host, nil, password) } catch { failures.append(error) }
                continue
            }
            guard let addresses = lookup(host.name, limits.connect) else {
                failures.append(
                    StoreError(
                        .unavailable, "no address is known for the database server \(host.name)",
                        hint: "check the name in the database's URL, and the name server: getent hosts \(host.name)"))
                continue
            }
            for address in addresses {
                do throws(StoreError) { return try connect(host, address, password) } catch { failures.append(error) }
            }
        }
        throw Self.summary(failures)
    }

    /// The failure that tells most: an unreachable server is normal beside one that refuses the login.
    private static func summary(_ failures: [StoreError]) -> StoreError {
        let telling = failures.first { $0.code != .unavailable && $0.code != .readOnly }
        guard failures.count > 1, telling == nil else {
            return telling ?? failures.first ?? StoreError(.library, "the database's URL has no host")
        }
        let first = failures.first { $0.code == .readOnly } ?? failures[0]
        return StoreError(first.code, failures.map(\.detail).joined(separator: "; "), hint: first.hint)
    }

    private func connect(
        _ host: PostgreSQLLocation.Host, _ address: String?, _ password: SecretBox?
    ) throws(StoreError) -> PostgreSQLConnection {
        let place = ServerPlace(host, address: address, in: location)
        let parameters = location.parameters(of: host, address: address, for: limits)
        guard let handle = unsafe Self.start(parameters, password) else {
            throw StoreError(.library, "there is no memory for a connection")
        }
        let notices = Notices()
        unsafe notices.listen(to: handle)
        // Adds the SQLSTATE to the message, which libpq does not give in any other way.
        unsafe PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        guard unsafe Self.finish(handle, until: .now + limits.connect) else {
            let isLate = unsafe PQstatus(handle) != CONNECTION_BAD
            let words = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? ""
            let needsPassword = unsafe PQconnectionNeedsPassword(handle) == 1 && password == nil
            unsafe PQfinish(handle)
            guard !isLate else {
                throw StoreError(
                    .unavailable,
                    "the database server at \(place.server) did not answer within \(limits.connect.words)",
                    hint: StoreError.reachHint(place))
            }
            let failure = LoginFailure(words: words, needsPassword: needsPassword)
            let life = failure.isUnverified ? Self.certificate(parameters, within: limits.connect) : nil
            throw StoreError(failure, at: place, certificate: life)
        }
        let connection = unsafe PostgreSQLConnection(owning: handle, notices, place, limits)
        let version = unsafe Int(PQserverVersion(handle)) / 10_000
        guard version >= Self.oldestVersion else {
            throw StoreError(
                .notPermitted,
                "the database server at \(place.server) is PostgreSQL \(version), and \(Self.oldestVersion) is the oldest that works",
                hint: "upgrade the server")
        }
        let encoding = unsafe PQparameterStatus(handle, "server_encoding").map { unsafe String(cString: $0) } ?? "UTF8"
        guard encoding == "UTF8" else {
            throw StoreError(
                .notPermitted,
                "the database \(place.database) at \(place.server) has the encoding \(encoding), not UTF8",
                hint: "createdb --encoding UTF8 --template template0 NAME")
        }
        let (isStandby, isReadOnly): (Bool, Bool)
        do throws(PostgreSQLFailure) {
            isStandby = try connection.integer("SELECT pg_is_in_recovery()") != 0
            isReadOnly = try connection.integer("SELECT current_setting('transaction_read_only')::boolean") != 0
        } catch { throw StoreError(error, at: place) }
        guard !isStandby else { throw StoreError(readOnly: place) }
        guard !isReadOnly else { throw StoreError(closed: place) }
        return connection
    }

    // MARK: libpq

    private static func start(_ parameters: [String: String], _ password: SecretBox?) -> OpaquePointer? {
        let pairs = parameters.sorted { $0.key < $1.key }
        let keys = unsafe pairs.map { unsafe UnsafePointer(strdup($0.key)) }
        let values = unsafe pairs.map { unsafe UnsafePointer(strdup($0.value)) }
        defer { unsafe (keys + values).forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) } }
        guard let password else { return unsafe PQconnectStartParams(keys + [nil], values + [nil], 0) }
        return unsafe password.bytes.withCString { secret in
            unsafe "password".withCString { key in
                unsafe PQconnectStartParams(keys + [key, nil], values + [secret, nil], 0)
            }
        }
    }

    private static func finish(_ handle: OpaquePointer, until deadline: ContinuousClock.Instant) -> Bool {
        guard unsafe PQstatus(handle) != CONNECTION_BAD else { return false }
        var wanted = POLLOUT
        while unsafe Readiness.wait(PQsocket(handle), CInt(wanted), until: deadline) {
            switch unsafe PQconnectPoll(handle) {
            case PGRES_POLLING_OK: return true
            case PGRES_POLLING_READING: wanted = POLLIN
            case PGRES_POLLING_WRITING: wanted = POLLOUT
            default: return false
            }
        }
        return false
    }

    /// The validity period of the certificate that a server shows, in Unix seconds: libpq says only that it is not valid. The
    /// connection ends before anything is said on it, so that the server need not be trusted.
    private static func certificate(_ parameters: [String: String], within limit: Duration) -> ClosedRange<Int>? {
        var parameters = parameters
        (parameters["sslmode"], parameters["sslrootcert"]) = ("require", "/nonexistent")
        guard let handle = unsafe start(parameters, nil) else { return nil }
        defer { unsafe PQfinish(handle) }
        let deadline = ContinuousClock.now + limit
        var wanted = POLLOUT
        var (begins, ends) = (Int64(0), Int64(0))
        while unsafe PQstatus(handle) != CONNECTION_BAD,
            unsafe Readiness.wait(PQsocket(handle), CInt(wanted), until: deadline)
        {
            let state = unsafe PQconnectPoll(handle)
            if unsafe keyturn_pq_certificate(handle, &begins, &ends) == 1, begins <= ends {
                return Int(begins)...Int(ends)
            }
            switch state {
            case PGRES_POLLING_READING: wanted = POLLIN
            case PGRES_POLLING_WRITING: wanted = POLLOUT
            default: return nil
            }
        }
        return nil
    }
}

/// A login that failed, by what libpq says of it.
struct LoginFailure {
    /// What the server said; `nil` when it said nothing.
    let server: ServerError?
    /// libpq's own words, without the part that names the server.
    let words: String
    let needsPassword: Bool

    init(words: String, needsPassword: Bool) {
        self.needsPassword = needsPassword
        // "connection to server at …, port … failed: FATAL:  28P01: password authentication failed …"
        let lines = words.split(separator: "\n").map(String.init)
        let line = lines.first ?? ""
        let own = line.firstRange(of: " failed: ").map { String(line[$0.upperBound...]) } ?? line
        self.words = own
        server = own.firstMatch(of: #/^[^:]+:  ([0-9A-Z]{5}): (.*)$/#).map {
            ServerError(state: String($0.1), message: String($0.2), severity: "FATAL")
        }
    }

    /// Whether the server's certificate was not accepted.
    var isUnverified: Bool { words.contains("certificate verify failed") }
}
