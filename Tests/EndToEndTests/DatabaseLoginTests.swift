import Foundation
import PostgreSQLTestSupport
import TestSupport
import Testing

/// How a daemon finds its database's server, and whom it believes.
@Suite(.realProcesses) struct DatabaseLoginTests {
    @Test func `a server must prove its name, and what is wrong with its certificate is said`() throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority())
        let always = ("20200101", "20401231")
        let database = try VaultDatabase(
            certificates: [
                "right": try authority.certificate(for: "localhost", always),
                "renamed": try authority.certificate(for: "other.test", always),
                "expired": try authority.certificate(for: "localhost", ("20200101", "20200201")),
            ], access: ["hostnossl all all 127.0.0.1/32 reject"])
        func url(_ authority: TestAuthority) -> String {
            database.cluster.loopback(
                database.name, host: "localhost", options: "?sslmode=verify-full&sslrootcert=\(authority.file)")
        }
        let world = try World(environment: ["KEYTURN_STORE": url(authority)])
        defer { world.close() }
        try world.initialise()

        func refused(_ store: String) throws -> Outcome {
            try world.keyturnd("serve", "--key-file", world.keyFile, environment: ["KEYTURN_STORE": store])
        }
        let unknown = try refused(url(stranger))
        #expect(unknown.exit == 78 && unknown.complains(as: "keyturnd"), "\(unknown)")
        #expect(unknown.errors.contains("no authority in \(stranger.file) vouches"), "\(unknown)")
        for (name, words) in [("renamed", "is for another name"), ("expired", "expired at 2020-02-01T00:00:00Z")] {
            try database.cluster.showCertificate(name)
            let outcome = try refused(url(authority))
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd"), "\(outcome)")
            #expect(outcome.errors.contains(words), "\(outcome)")
        }

        try database.cluster.showCertificate("right")
        try world.start()
        try world.admitEverything()
        let app = try world.addApp("zoom-prod")
        // A certificate that expires while the daemon runs: it serves, says so, and goes on once there is another one.
        try database.cluster.showCertificate("expired")
        try database.endSessions()
        let problem = try eventually("the certificate to be missed") {
            try world.keyturn("status", "--json").json["problems"].elements
                .first { $0["code"].string == "store_unreachable" }
        }
        #expect(problem["detail"].string?.contains("expired at 2020-02-01T00:00:00Z") == true, "\(problem)")
        #expect(problem["try"].string?.contains("renew the server's certificate") == true, "\(problem)")
        let change = try world.keyturn("client", "add", "other", "--uid", "1", "--allow", "*:token")
        #expect(change.exit == 74 && change.errors.contains("renew the server's certificate"), "\(change)")
        #expect(try world.fetchedSecret() == app.secret)
        try database.cluster.showCertificate("right")
        try eventually("all to be well") { try !world.problems().contains("store_unreachable") }
        try world.must("client", "add", "other", "--uid", "1", "--allow", "*:token")
    }

    @Test func `no variable of libpq changes where the vault is, or as whom to log in`() throws {
        try withDatabase(serving: false) { world, database in
            let misleading = [
                "PGHOST": "203.0.113.1", "PGHOSTADDR": "203.0.113.1", "PGPORT": "1", "PGDATABASE": "nothing",
                "PGUSER": "nobody", "PGPASSWORD": "hidden", "PGPASSFILE": "/nonexistent", "PGSERVICE": "nothing",
                "PGSERVICEFILE": "/nonexistent", "PGOPTIONS": "-c default_transaction_read_only=on",
                "PGSSLMODE": "verify-full", "PGTARGETSESSIONATTRS": "standby", "PGREQUIREAUTH": "scram-sha-256",
                "PGCONNECT_TIMEOUT": "1", "PGCHANNELBINDING": "require", "PGCLIENTENCODING": "LATIN1",
            ]
            let made = try world.keyturnd(
                "init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile, environment: misleading)
            #expect(made.exit == 0, "\(made)")
            try world.start("--key-file", world.keyFile, environment: misleading)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            #expect(try database.sql("SELECT count(*) FROM keyturn.app") == "1")
            try world.stop()
            let check = try world.keyturnd("check", "--key-file", world.keyFile, environment: misleading)
            #expect(check.exit == 0, "\(check)")
        }
    }

    @Test func `a vault that is there is named by its database, and what to do instead`() throws {
        try withDatabase(serving: false) { world, database in
            try world.initialise()
            let again = try world.keyturnd("init", "--key-file", world.keyFile, "--use-existing-key")
            let place = "database \(database.name) at 127.0.0.1:\(database.cluster.port)"
            #expect(again.exit == 65 && again.errors.contains("there already is a vault in \(place)"), "\(again)")
            #expect(again.errors.contains("name another database"), "\(again)")
            #expect(!again.errors.contains("--state-dir"), "\(again)")
            let elsewhere = try world.keyturnd(
                "serve", "--key-file", world.keyFile,
                environment: ["KEYTURN_STORE": database.cluster.loopback("postgres")])
            #expect(
                elsewhere.exit == 66 && elsewhere.errors.contains("there is no vault in database postgres"),
                "\(elsewhere)")
        }
    }

    @Test func `a full disk at the start is waited for`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            try world.stop()
            // As a server says it whose disk is full.
            try database.sql(
                """
                CREATE FUNCTION public.no_room(bigint) RETURNS boolean LANGUAGE plpgsql AS \
                $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$; \
                ALTER TABLE keyturn.writer ADD CONSTRAINT no_room CHECK (public.no_room(fence)) NOT VALID
                """)
            try world.start()
            let problem = try #require(
                try world.keyturn("status", "--json").json["problems"].elements
                    .first { $0["code"].string == "store_unreachable" })
            #expect(
                problem["try"].string?.contains("free some space on the database server's disk") == true, "\(problem)")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 503)
            try database.sql("ALTER TABLE keyturn.writer DROP CONSTRAINT no_room")
            try eventually("the vault to be unlocked") { try world.fetchedSecret() == app.secret }
            try eventually("all to be well") { try !world.problems().contains { $0.hasPrefix("store") } }
        }
    }
}
