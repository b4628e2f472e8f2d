import Foundation
import PostgreSQLTestSupport
import TestSupport
import Testing

/// The commands of docs/several-hosts.md, taken from the page and run as written. Programs of the system that need root, or change the
/// machine, are stand-ins; places and addresses are those of the test.
@Suite(.realProcesses) struct DatabaseSetUpTests {
    private static let password = "a password with 'quotes' and $signs"

    @Test
    func `the set-up of the page works as written, with TLS, a password and a role that may do no more than it must`()
        throws
    {
        let authority = try TestAuthority()
        let database = try VaultDatabase(
            certificates: ["right": try authority.certificate(for: "localhost", ("20200101", "20401231"))])
        let world = try World()
        defer { world.close() }
        let page = try SetUpPage(world, database, authority)

        // The database's host.
        let made = try page.run(try page.block("createuser"), input: "\(Self.password)\n\(Self.password)\n")
        #expect(made.exit == 0, "\(made)")
        try database.cluster.admit(
            try page.block("hostssl").replacing("192.0.2.10/32", with: "127.0.0.1/32")
                + "\nhost keyturn keyturn all reject\n")
        // Keyturn's host.
        try page.writeSettings()
        // The package makes it.
        try FileManager.default.createDirectory(
            atPath: world.state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let block = try page.block("keyturnd init")
        let doctorLine = try #require(block.split(separator: "\n").last { $0.hasPrefix("keyturn doctor") })
        let written = try page.run(block.replacing(doctorLine, with: ""), input: "\(Self.password)\n")
        #expect(written.exit == 0, "\(written)")
        #expect(
            try database.cluster.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'generation'", in: "keyturn")
                == "keyturn")
        #expect(!Files.exists(world.state + "/key") && !Files.exists(world.state + "/db-password"))
        // As systemd starts it.
        let credentials = ["CREDENTIALS_DIRECTORY": world.directory + "/credentials"]
        try world.start("--log-level", "info", environment: credentials)
        try world.admitEverything()
        let app = try world.addApp("zoom-prod")
        let doctor = try page.run(String(doctorLine))
        #expect(doctor.output.contains("database keyturn"), "\(doctor)")
        #expect(
            try database.cluster.sql(
                "SELECT count(*) > 0 FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'keyturn' AND ssl",
                in: "postgres") == "t")
        try world.stop()

        // A role that may do less.
        try database.cluster.sql(try page.block("CREATE ROLE keyturn_daemon"), in: "keyturn")
        try world.start(
            "--store",
            database.cluster.loopback("keyturn", role: "keyturn_daemon", host: "localhost", options: page.tls),
            environment: credentials)
        #expect(try world.fetchedSecret() == app.secret)
        try world.must("rotate", "zoom-prod", "--overlap", "1h")
        try world.must("key", "rotate", "--wait")
        try world.must("client", "remove", "tests", "--yes")
        #expect(try !world.problems().contains { $0.hasPrefix("store") })
        let refused = try world.keyturn("doctor")
        #expect(!refused.output.contains("permission denied"), "\(refused)")
        try world.stop()
        // It makes no tables.
        try database.cluster.sql("CREATE DATABASE other", in: "postgres")
        let poor = try world.keyturnd(
            "init", "--key-file", world.directory + "/k2", "--recovery-out", world.directory + "/r2", "--state-dir",
            world.directory + "/state2", "--store",
            database.cluster.loopback("other", role: "keyturn_daemon", host: "localhost", options: page.tls))
        #expect(poor.exit == 77 && poor.errors.contains("GRANT CREATE ON DATABASE other TO keyturn_daemon"), "\(poor)")
    }

    @Test func `the vault moves into the database and back by the commands of the page`() throws {
        let authority = try TestAuthority()
        let database = try VaultDatabase(
            certificates: ["right": try authority.certificate(for: "localhost", ("20200101", "20401231"))])
        let world = try World()
        defer { world.close() }
        let page = try SetUpPage(world, database, authority)
        try database.cluster.sql("CREATE ROLE keyturn LOGIN; ", in: "postgres")
        try database.cluster.sql("CREATE DATABASE keyturn OWNER keyturn", in: "postgres")
        let key = world.directory + "/key"
        let made = try world.keyturnd("init", "--key-file", key, "--recovery-out", world.directory + "/recovery.txt")
        #expect(made.exit == 0, "\(made)")
        try world.start("--key-file", key)
        try world.admitEverything()
        let app = try world.addApp("zoom-prod")
        try world.stop()

        try Data("unused\n".utf8).write(to: URL(filePath: world.state + "/db-password"))
        try Files.set(world.state + "/db-password", 0o600)
        let there = try page.run(try page.block("--to postgresql://"))
        #expect(there.exit == 0 && there.output.contains("moved the vault from"), "\(there)")
        try page.writeSettings()
        try world.start("--key-file", key)
        #expect(try world.fetchedSecret() == app.secret)
        try world.stop()
        let back = try page.run(try page.block("--from postgresql://"))
        #expect(back.exit == 0, "\(back)")
        try "".write(toFile: world.configuration, atomically: false, encoding: .utf8)
        try world.start("--key-file", key)
        #expect(try world.fetchedSecret() == app.secret && Files.exists(world.vault))
    }
}

/// docs/several-hosts.md, and what stands in for the machine that it is written for.
private struct SetUpPage {
    /// What the URL of a server needs whose authority is the test's.
    let tls: String
    private let world: World
    private let database: VaultDatabase
    private let blocks: [String]
    private let stand: String

    init(_ world: World, _ database: VaultDatabase, _ authority: TestAuthority) throws {
        (self.world, self.database) = (world, database)
        tls = "?sslmode=verify-full&sslrootcert=\(authority.file)"
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/several-hosts.md")
        let text = try String(contentsOf: page.standardizedFileURL, encoding: .utf8)
        blocks = text.matches(of: #/\n```[a-z]*\n((?s:.*?))```/#).map { String($0.1) }
        stand = world.directory + "/stand"
        for directory in [stand, world.directory + "/etc"] {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        }
        for (name, script) in [
            ("apt-get", "exit 0"), ("systemctl", "exit 0"), ("runuser", "shift 3; exec \"$@\""),
            ("install", "cat | /usr/bin/install \"${@:3}\""), ("systemd-creds", "cp \"$3\" \"$4\""),
        ] {
            let path = stand + "/" + name
            try "#!/bin/bash\n\(script)\n".write(toFile: path, atomically: false, encoding: .utf8)
            try Files.set(path, 0o755)
        }
    }

    /// Writes the settings of the page where its commands expect them, and where the test's daemon does.
    func writeSettings() throws {
        let text = local(try block("# /etc/keyturn/keyturn.yaml"))
        for path in [world.configuration, world.directory + "/etc/keyturn.yaml"] {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
    }

    /// The block of the page with these words.
    func block(_ words: String) throws -> String {
        guard let block = blocks.first(where: { $0.contains(words) }) else {
            throw HarnessError("no block with \(words)")
        }
        return block.trimmingCharacters(in: .newlines)
    }

    /// A text of the page with the places of the test.
    func local(_ text: String) -> String {
        text.replacing("/etc/credstore.encrypted", with: world.directory + "/credentials")
            .replacing("/etc/keyturn", with: world.directory + "/etc").replacing("/var/lib/keyturn", with: world.state)
            .replacing(
                "postgresql://keyturn@db.example.com/keyturn",
                with: database.cluster.loopback("keyturn", role: "keyturn", host: "localhost", options: tls))
    }

    func run(_ text: String, input: String? = nil) throws -> Outcome {
        let programs = URL(filePath: Programs.keyturn).deletingLastPathComponent().path
        let script = world.directory + "/script"
        let text = local(text).replacing(
            #/(postgresql:\/\/[^ \n]+)/#
        ) { "'\($0.1)'" }
        try "cd '\(world.directory)'\n\(text)".write(toFile: script, atomically: false, encoding: .utf8)
        // Without a terminal, passwords are read from standard input.
        return try world.runner.run(
            "/usr/bin/setsid", ["--wait", "/bin/bash", "-e", script], input: input,
            environment: [
                "PATH": "\(stand):\(programs):\(database.cluster.programs):/usr/bin:/bin",
                "PGHOST": database.cluster.directory, "PGPORT": "\(database.cluster.port)",
                "PGUSER": PostgreSQLCluster.superuser,
            ])
    }
}
