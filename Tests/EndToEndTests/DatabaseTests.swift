import Foundation
import PostgreSQLTestSupport
import TestSupport
import Testing

/// A vault in a database of PostgreSQL: the same commands, and the database's bad days.
@Suite(.realProcesses) struct DatabaseTests {
    private static func problem(_ world: World, _ code: String) throws -> JSON? {
        try world.keyturn("status", "--json").json["problems"].elements.first { $0["code"].string == code }
    }

    @Test func `a secret is rotated, and neither it nor a name is readable in the database`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            let new = try world.fetchedSecret()
            #expect(try new != app.secret && world.sandbox.accepts(new, of: app))
            try eventually("the old secret to be revoked") { try world.openRotations().isEmpty }
            #expect(try !world.sandbox.accepts(app.secret, of: app))
            #expect(!Files.exists(world.vault), "nothing of the vault is in the state directory")
            for text in [app.secret, new ?? "-", app.clientID, app.accountID, "zoom-prod"] {
                #expect(try !database.contains(text), "\(text)")
            }
            #expect(try database.contains("vault"), "the search finds what is there")
            #expect(try Int(database.sql("SELECT count(*) FROM keyturn.history")) ?? 0 > 5)

            try world.stop()
            try world.start()
            #expect(try world.fetchedSecret() == new)
            try world.crash()
            // The next process of this host waits for nothing.
            try world.start()
            #expect(try world.fetchedSecret() == new && world.problems().filter { $0.hasPrefix("store") }.isEmpty)
        }
    }

    @Test func `all commands work as with a file, and say where the vault is`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            let place = "database \(database.name) at 127.0.0.1:\(database.cluster.port)"
            let doctor = try world.keyturn("doctor")
            #expect(doctor.output.contains("database \(database.name)") && doctor.output.contains("libpq"), "\(doctor)")
            try world.must("key", "rotate")
            let file = try world.backups() + "/one.db"
            try world.must("backup", file)
            try world.must("lock")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            try world.must("unlock", "--recovery-stdin", input: recovery)
            #expect(try world.fetchedSecret() == app.secret)
            let served = try world.keyturnd("check", "--key-file", world.keyFile)
            #expect(served.exit == 75 && served.errors.contains("serves this vault"), "\(served)")
            try world.must("rotate", "zoom-prod", "--overlap", "1h")
            let new = try world.fetchedSecret()
            try world.stop()

            let check = try world.keyturnd("check", "--key-file", world.keyFile)
            #expect(check.exit == 0 && check.output.contains("\(place) is intact"), "\(check)")
            #expect(try world.keyturnd("check", file, "--key-file", world.keyFile).exit == 0)
            let refused = try world.keyturnd("restore", file, "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.errors.contains("is intact, and has"), "\(refused)")
            let restored = try world.keyturnd("restore", file, "--key-file", world.keyFile, "--replace")
            #expect(restored.exit == 0 && restored.output.contains("restored \(place)"), "\(restored)")
            #expect(restored.output.contains("replaced-") && restored.output.contains("had a newer secret"))
            try world.start()
            // Zoom still accepts the old one; and the audit log goes on.
            try eventually("Zoom's word") { try world.fetchedSecret() == app.secret }
            #expect(try new != app.secret && world.keyturn("audit", "verify").exit == 0)
            try world.stop()
            let again = try world.keyturnd("init", "--key-file", world.keyFile, "--use-existing-key")
            #expect(again.exit == 65 && again.errors.contains("there already is a vault in \(place)"), "\(again)")
        }
    }

    @Test func `a database that dies while Zoom makes a secret costs nothing, and the rotation goes on`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            try world.sandbox.control(
                "POST", "/faults", #"{"fault":"delay","path":"/v2/marketplace","method":"POST","delay_ms":3000}"#)
            let rotate = try world.runner.start(Programs.keyturn, ["rotate", "zoom-prod", "--overlap", "1h"])
            try eventually("Zoom to be asked") { try world.openRotations().first?["state"].string == "intended" }
            try database.cluster.stop(isCrash: true)
            try eventually("the answer to be in the spool") { try world.problems().contains("secret_in_spool") }
            #expect(try world.fetchedSecret() == app.secret)
            let problem = try eventually("the database to be missed") { try Self.problem(world, "store_unreachable") }
            #expect(
                problem["severity"].string == "critical" && problem["try"].string?.contains("pg_isready") == true,
                "\(problem)")
            let change = try world.keyturn("client", "add", "other", "--uid", "1", "--allow", "*:token")
            #expect(change.exit == 74 && change.complains() && change.errors.contains("pg_isready"), "\(change)")
            rotate.child.end()
            try database.cluster.start()
            let new = try eventually("the new secret to be served") {
                try world.fetchedSecret().flatMap { $0 == app.secret ? nil : $0 }
            }
            #expect(try world.sandbox.accepts(new, of: app) && world.sandbox.accepts(app.secret, of: app))
            #expect(try world.sandbox.rotationCalls() == 1)
            try eventually("all to be well") { try !world.problems().contains { $0.hasPrefix("s") } }
        }
    }

    @Test func `behind a database that does not answer, fetches are as fast as ever, and a stop is not late`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            #expect(try world.fetchedSecret() == app.secret)
            try database.cluster.standingStill {
                let connection = try Connection(to: world.agent)
                let start = ContinuousClock.now
                // Receipts are made meanwhile, and commands wait.
                let commands = try (0..<3).map { number in
                    try world.runner.start(
                        Programs.keyturn, ["client", "add", "late\(number)", "--uid", "1", "--allow", "*:token"])
                }
                var longest = Duration.zero
                while ContinuousClock.now - start < .seconds(5) {
                    let before = ContinuousClock.now
                    try connection.send(request("GET", "/v1/apps/zoom-prod/credentials"))
                    #expect(try connection.answer().json["client_secret"].string == app.secret)
                    longest = max(longest, ContinuousClock.now - before)
                }
                #expect(longest < .seconds(1), "\(longest)")
                for command in commands {
                    let outcome = try command.outcome(seconds: 60)
                    #expect(outcome.exit == 74 && outcome.complains(), "\(outcome)")
                }
                #expect(
                    try Self.problem(world, "store_unreachable")?["detail"].string?.contains("did not answer") == true)
                let stop = ContinuousClock.now
                try world.daemon.child.signal(SIGTERM)
                let ended = try world.daemon.outcome(seconds: 60)
                #expect(ended.exit == 0 && ContinuousClock.now - stop < .seconds(20), "\(ended)")
            }
            try world.start()
            #expect(try world.fetchedSecret() == app.secret)
        }
    }

    @Test func `a daemon whose database is away starts locked, and unlocks once it is there`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            try world.stop()
            try database.cluster.stop()
            try world.start()
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 503)
            #expect(try world.problems() == ["locked", "store_unreachable"])
            try database.cluster.start()
            try eventually("the vault to be unlocked") { try world.fetchedSecret() == app.secret }
            try eventually("all to be well") { try !world.problems().contains { $0.hasPrefix("store") } }
        }
    }

    @Test func `a second daemon is refused by name, and takes over once the first one is gone`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            let other = try World(environment: ["KEYTURN_STORE": database.url, "KEYTURN_HOST_ID_FILE": world.keyFile])
            defer { other.close() }
            let refused = try other.keyturnd("serve", "--key-file", world.keyFile)
            #expect(refused.exit == 75 && refused.complains(as: "keyturnd"), "\(refused)")
            #expect(
                refused.errors.contains("another keyturnd serves this vault") && refused.errors.contains(world.state))
            try world.stop()
            try other.start("--key-file", world.keyFile)
            #expect(try other.fetchedSecret() == app.secret)
            // It has not the vault's host yet, so that nothing is rotated by accident.
            #expect(try other.problems().contains("vault_elsewhere"))
            try other.must("adopt", "--yes")
            try other.must("rotate", "zoom-prod", "--overlap", "1h")
            let late = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(late.exit == 75 && late.errors.contains(other.state), "\(late)")
        }
    }

    @Test func `a daemon that lost the vault to another serves, changes nothing, and says so`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            try database.sql(
                "UPDATE keyturn.writer SET fence = fence + 1, node = 'x', instance = 'x', place = 'host two'")
            let problem = try eventually("the beat to notice") { try Self.problem(world, "store_taken") }
            #expect(problem["severity"].string == "critical" && problem["detail"].string?.contains("host two") == true)
            let calls = try world.sandbox.requests()
            let outcome = try world.keyturn("rotate", "zoom-prod")
            #expect(outcome.exit != 0 && outcome.complains(), "\(outcome)")
            #expect(try world.sandbox.requests() == calls && world.fetchedSecret() == app.secret)
            #expect(try world.problems().first == "store_taken")
        }
    }

    @Test func `what a start is refused for is said with what to type`() throws {
        let database = try VaultDatabase(access: [
            "host all pw 127.0.0.1/32 scram-sha-256", "hostnossl all tls 127.0.0.1/32 trust",
        ])
        try withDatabase(database, serving: false) { world, database in
            try world.initialise()
            try database.sql("CREATE ROLE pw LOGIN PASSWORD 'right'; CREATE ROLE poor LOGIN; CREATE ROLE tls LOGIN")
            try database.sql(
                "GRANT USAGE ON SCHEMA keyturn TO pw; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA keyturn TO pw"
            )
            let password = world.directory + "/password"
            try Data("wrong\n".utf8).write(to: URL(filePath: password))
            try Files.set(password, 0o600)
            let cluster = database.cluster
            let file = ["KEYTURN_STORE_PASSWORD_FILE": password]
            let rows: [(String, [String: String], Int32, String)] = [
                (cluster.loopback(database.name, role: "pw"), [:], 77, "there is no password file"),
                (cluster.loopback(database.name, role: "pw"), file, 77, "refused the password of role pw"),
                (cluster.loopback(database.name, role: "poor"), [:], 77, "GRANT USAGE ON SCHEMA keyturn TO poor"),
                (cluster.loopback("nothing"), [:], 66, "this host's vault is in"),
                (cluster.loopback("postgres"), [:], 66, "this host's vault is in"),
                (
                    "postgresql://tls@127.0.0.1:\(cluster.port)/\(database.name)?sslmode=verify-full", [:], 78,
                    "does not offer TLS"
                ),
                ("postgresql://a:hidden@127.0.0.1/x", [:], 78, "there is a password in the database's URL"),
                ("postgresql://a@db.example.com/x?sslmode=require", [:], 78, "sslmode=require"),
                ("mysql://127.0.0.1/x", [:], 78, "is not a URL such as postgresql://"),
            ]
            for (url, more, exit, words) in rows {
                let environment = more.merging(["KEYTURN_STORE": url]) { $1 }
                let outcome = try world.keyturnd("serve", "--key-file", world.keyFile, environment: environment)
                #expect(outcome.exit == exit && outcome.complains(as: "keyturnd"), "\(url): \(outcome)")
                #expect(outcome.errors.contains(words), "\(url): \(outcome)")
                #expect(!outcome.errors.contains("hidden") && !outcome.errors.contains("wrong"), "\(outcome)")
            }
            try Data("right\n".utf8).write(to: URL(filePath: password))
            try world.start(
                "--key-file", world.keyFile, "--store", cluster.loopback(database.name, role: "pw"),
                "--store-password-file", password)
            try world.admitEverything()
            // The password may be changed without a restart: it is read for each login.
            try database.sql("ALTER ROLE pw PASSWORD 'second'")
            try Data("second\n".utf8).write(to: URL(filePath: password))
            try database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pw'")
            try world.must("client", "add", "other", "--uid", "1", "--allow", "*:token")
        }
    }

    @Test func `a standby alone is waited for, and a server without room for a change says so`() throws {
        try withDatabase { world, database in
            let app = try world.addApp("zoom-prod")
            // As a server says it whose disk is full.
            try database.sql(
                """
                CREATE FUNCTION public.full() RETURNS trigger LANGUAGE plpgsql AS \
                $$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END$$; \
                CREATE TRIGGER full_disk BEFORE INSERT ON keyturn.client FOR EACH ROW EXECUTE FUNCTION public.full()
                """)
            let outcome = try world.keyturn("client", "add", "other", "--uid", "1", "--allow", "*:token")
            #expect(
                outcome.exit == 74 && outcome.errors.contains("free some space on the database server's disk"),
                "\(outcome)")
            #expect(try Self.problem(world, "store_unreachable")?["detail"].string?.contains("is full") == true)
            #expect(try world.fetchedSecret() == app.secret)
            try database.sql("DROP TRIGGER full_disk ON keyturn.client")
            try world.must("client", "add", "other", "--uid", "1", "--allow", "*:token")
            #expect(try world.problems().filter { $0.hasPrefix("store") }.isEmpty)
            try world.stop()
            let standby = try PostgreSQLCluster(settings: ["hot_standby = on"], files: ["standby.signal": ""])
            try world.start(environment: ["KEYTURN_STORE": standby.loopback("postgres")])
            let problem = try Self.problem(world, "store_unreachable")
            #expect(problem?["detail"].string?.contains("is a standby") == true, "\(String(describing: problem))")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 503)
        }
    }

    @Test func `a vault is in one place: a file that is there too, or a setting that is gone, is named`() throws {
        try withDatabase(serving: false) { world, database in
            let made = try world.keyturnd(
                "init", "--store", database.url, "--key-file", world.keyFile, "--recovery-out", world.recoveryFile)
            #expect(made.exit == 0 && made.output.contains("store: \(database.url)"), "\(made)")
            let gone = try world.keyturnd("serve", "--key-file", world.keyFile, environment: ["KEYTURN_STORE": ""])
            #expect(gone.exit == 66 && gone.errors.contains("is in database \(database.name)"), "\(gone)")
            // Without the note of where the vault is, a second one can be made.
            let (note, aside) = (world.state + "/store", world.directory + "/note")
            try FileManager.default.moveItem(atPath: note, toPath: aside)
            _ = try world.runner.run(
                Programs.keyturnd,
                [
                    "init", "--key-file", world.keyFile, "--use-existing-key", "--recovery-out",
                    world.recoveryFile + "2",
                ],
                environment: ["KEYTURN_STORE": ""])
            try FileManager.default.moveItem(atPath: aside, toPath: note)
            let both = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(both.exit == 65 && both.errors.contains("the setting store names another one"), "\(both)")
        }
    }
}
