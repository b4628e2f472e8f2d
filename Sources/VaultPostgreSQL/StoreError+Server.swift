import Domain
import Vault

extension StoreError {
    /// What to try when a server does not answer.
    static func reachHint(_ place: ServerPlace) -> String {
        "check that the server runs and that a firewall lets it be reached: pg_isready \(place.options)"
    }

    private static func grants(to role: String) -> String {
        "GRANT USAGE ON SCHEMA keyturn TO \(role); "
            + "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keyturn TO \(role)"
    }

    /// A database in which an administrator, or a service whose disk is nearly full, made transactions read-only.
    init(closed place: ServerPlace) {
        self.init(
            .readOnly,
            "transactions in database \(place.database) at \(place.server) are read-only by default (default_transaction_read_only)",
            hint: "find out why, and free some space if the server's disk is nearly full; then: "
                + "ALTER DATABASE \(place.database) SET default_transaction_read_only = off")
    }

    /// A server on which nothing can be changed.
    init(readOnly place: ServerPlace) {
        self.init(
            .readOnly, "the database server at \(place.server) is a standby, or read-only: it accepts no changes",
            hint:
                "name the primary in the database's URL, or all servers: postgresql://ROLE@HOST1,HOST2/\(place.database)"
        )
    }

    /// Translates what a statement met. The server's text is passed on only as far as it names tables and roles.
    init(_ failure: PostgreSQLFailure, at place: ServerPlace) {
        switch failure.kind {
        case .refused(let error): self.init(error, at: place)
        case .lost:
            self.init(
                .unavailable, "the connection to the database server at \(place.server) broke",
                hint: Self.reachHint(place))
        case .late(let limit):
            self.init(
                .unavailable, "the database server at \(place.server) did not answer within \(limit.words)",
                hint: Self.reachHint(place))
        case .unexpected: self.init(.library, "an unexpected answer of the database server: \(failure.detail)")
        }
    }

    /// Translates an error of the server by its SQLSTATE, which does not depend on the server's language.
    init(_ error: ServerError, at place: ServerPlace) {
        let server = "the database server at \(place.server)"
        let words = Self.filtered(error.message)
        switch error.state {
        case "28P01":
            self.init(
                .notPermitted, "\(server) refused the password of role \(place.role)",
                hint: place.passwordFile.map { "put the right password into \($0)" }
                    ?? "log in with a password file, a client certificate, or as a system user (peer)")
        case "28000":
            self.init(
                .notPermitted, "\(server) does not admit role \(place.role): \(words)",
                hint:
                    "createuser, if there is no such role; else add a line for role, database and host to the server's "
                    + "pg_hba.conf, then: SELECT pg_reload_conf()")
        case "3D000":
            self.init(
                .missing, "there is no database \(place.database) on \(server)",
                hint: "createdb --owner \(place.role) --encoding UTF8 --template template0 \(place.database)")
        case "42501":
            self.init(
                .notPermitted, "role \(place.role) may not use the vault in database \(place.database): \(words)",
                hint: words.contains("for database")
                    ? "GRANT CREATE ON DATABASE \(place.database) TO \(place.role); or use the role that owns it"
                    : Self.grants(to: place.role))
        case "25006": self.init(readOnly: place)
        case "53100":
            self.init(
                .diskFull, "the disk of \(server) is full: the change was not saved",
                hint: "free some space on the database server's disk")
        case "53300":
            self.init(
                .unavailable, "\(server) has no connection left",
                hint: "end idle sessions (pg_stat_activity), or raise max_connections or the role's CONNECTION LIMIT")
        case "55P03":
            self.init(
                .unavailable, "another transaction has locked the vault for too long: \(words)",
                hint: "see who it is: SELECT pid, state, query_start FROM pg_stat_activity WHERE state <> 'idle'")
        case "57014":
            self.init(
                .unavailable, "\(server) cancelled a statement: \(words)",
                hint: "see what slows the server down: SELECT pid, wait_event, query FROM pg_stat_activity")
        case "25P03", "25P04", "57P05":
            self.init(
                .unavailable, "\(server) ended a transaction that took too long: \(words)",
                hint: "see whether this host is overloaded")
        case "57P01", "57P02", "57P03", "57P04":
            self.init(
                .unavailable, "\(server) is not available: \(words)",
                hint: "wait until it runs again; on its host: systemctl status postgresql")
        case "58030":
            self.init(
                .inputOutput, "the disk of \(server) failed: \(words)",
                hint: "look for disk errors in the kernel's log on the database server (dmesg)")
        case "XX001", "XX002":
            self.init(
                .damaged, "the database \(place.database) is damaged: \(words)",
                hint: "look into the server's log; pg_amcheck --database \(place.database) finds damaged tables")
        case "42P01", "42703", "3F000":
            self.init(
                .damaged,
                "the vault's tables in database \(place.database) are not those that this program made: \(words)",
                hint: "see what is there: psql --command '\\dt keyturn.*' \(place.database)")
        case _ where error.isOf("08", "40", "53", "57"):
            self.init(.unavailable, "\(server) failed: \(words) (SQLSTATE \(error.state))", hint: Self.reachHint(place))
        default:
            self.init(.library, "\(server) refused a statement: \(words) (SQLSTATE \(error.state))")
        }
    }

    /// Translates a login that failed.
    /// - Parameter life: the validity period of the server's certificate, if that was refused.
    init(_ failure: LoginFailure, at place: ServerPlace, certificate life: ClosedRange<Int>?) {
        let server = "the database server at \(place.server)"
        let words = failure.words
        if let error = failure.server {
            self.init(error, at: place)
        } else if failure.needsPassword {
            self.init(
                .notPermitted, "\(server) asks for a password of role \(place.role), and there is no password file",
                hint: "write it into a file that only this user can read, and name that file: store_password_file")
        } else if words.contains("does not match host name") {
            self.init(
                .untrusted, "the certificate of \(server) is for another name",
                hint: "use the name in the certificate: openssl s_client -starttls postgres -connect \(place.endpoint)")
        } else if failure.isUnverified {
            self.init(untrusted: server, place, life)
        } else if words.contains("does not support SSL") {
            self.init(
                .untrusted, "\(server) does not offer TLS", hint: "set ssl = on in its postgresql.conf, then restart it"
            )
        } else if words.contains("root certificate file") {
            self.init(
                .untrusted, "there are no certificate authorities in \(place.authorities ?? "the file")",
                hint: "apt-get install ca-certificates; or name a file: ?sslrootcert=FILE")
        } else {
            self.init(
                .unavailable, "\(server) cannot be reached: \(Self.filtered(words))", hint: Self.reachHint(place))
        }
    }

    private init(untrusted server: String, _ place: ServerPlace, _ life: ClosedRange<Int>?) {
        let now = SystemTime().now.wall.unixSeconds
        if let life, !life.contains(now) {
            let time = Timestamp(unixSeconds: now > life.upperBound ? life.upperBound : life.lowerBound)
            self.init(
                .untrusted,
                now > life.upperBound
                    ? "the certificate of \(server) expired at \(time)"
                    : "the certificate of \(server) is valid only from \(time) on: a clock may be wrong",
                hint: "renew the server's certificate, then: SELECT pg_reload_conf()")
        } else {
            self.init(
                .untrusted,
                "no authority in \(place.authorities ?? "the file") vouches for the certificate of \(server)",
                hint: "name the file of the server's authority in the database's URL: ?sslrootcert=FILE")
        }
    }

    private static func filtered(_ message: String) -> String {
        String(message.unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(160).map(Character.init))
    }
}
