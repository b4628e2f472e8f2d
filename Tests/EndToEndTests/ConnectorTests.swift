import Foundation
import TestSupport
import Testing

/// The plug-in for PingFederate, on a real JVM and with a real daemon.
@Suite(.realProcesses, .enabled(if: Connector.isThere, Connector.why)) struct ConnectorTests {
    // MARK: The jar

    @Test func `the jar is for Java 11 and contains nothing of Ping Identity's`() throws {
        let script = """
            import json, sys, zipfile
            jar = zipfile.ZipFile(sys.argv[1])
            heads = {name: jar.read(name)[:8].hex() for name in jar.namelist() if name.endswith(".class")}
            print(json.dumps({"names": jar.namelist(), "manager": jar.read("PF-INF/secret-managers").decode(),
                "heads": sorted(set(heads.values())), "times": sorted({str(entry.date_time) for entry in jar.infolist()}),
                "manifest": jar.read("META-INF/MANIFEST.MF").decode()}))
            """
        try withWorld(serving: false) { world in
            let seen = try world.runner.run("python3", ["-c", script, Connector.built.jar]).json
            let names = seen["names"].elements.compactMap(\.string)
            #expect(seen["manager"].string == "keyturn.pingfederate.KeyturnSecretManager\n")
            #expect(names.contains("keyturn/pingfederate/KeyturnSecretManager.class"))
            #expect(names.contains("keyturn/agent/AgentSocket.class") && names.first == "META-INF/MANIFEST.MF")
            #expect(
                names.allSatisfy {
                    $0.hasPrefix("keyturn/") || $0.hasPrefix("META-INF/") || $0 == "PF-INF/secret-managers"
                })
            #expect(seen["heads"].elements.map(\.string) == ["cafebabe00000037"], "each class is of version 55")
            #expect(seen["times"].elements.count == 1)
            #expect(seen["manifest"].string?.contains("Implementation-Version: ") == true)
        }
    }

    @Test func `the same sources make the same jar`() throws {
        try withWorld(serving: false) { world in
            let again = world.directory + "/again.jar"
            let built = try world.runner.run(
                Connector.source + "/build", [again], environment: ["TZ": "Asia/Tokyo", "LANG": "C"])
            #expect(built.exit == 0 && built.output == again + "\n", "\(built)")
            #expect(try Files.bytes(again) == Files.bytes(Connector.built.jar))
        }
    }

    // MARK: Values

    @Test(arguments: Java.fit) func `each field is the one that the daemon has`(java: Java) throws {
        try withWorld { world in
            let app = try world.addApp("zoom.prod-1")
            let token = try #require(try world.get("/v1/apps/zoom.prod-1/token").json["access_token"].string)
            let values = ["account_id": app.accountID, "client_id": app.clientID, "client_secret": app.secret]
            let expected = try (values.sorted { $0.key < $1.key }.map(\.value) + [token]).map {
                "ok \(try world.hash($0)) \(app.clientID)"
            }
            let fields = ["account_id", "client_id", "client_secret", "access_token"].map { "zoom.prod-1.\($0)" }
            #expect(try world.plugin("ask", fields[0], fields[1], fields[2], fields[3], on: java) == expected)
            // Where PingFederate's types are not what they are taken for here.
            #expect(try world.plugin("ask", fields[2], variant: .other, on: java) == [expected[2]])
        }
    }

    @Test(arguments: Java.fit)
    func `a client that is granted tokens alone gets them without the client ID`(java: Java) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("client", "remove", "tests", "--yes")
            try world.must("client", "add", "tests", "--uid", "\(geteuid())", "--allow", "zoom-prod:token")
            let token = try #require(try world.get("/v1/apps/zoom-prod/token").json["access_token"].string)
            let answers = try world.plugin("ask", "zoom-prod.access_token", "zoom-prod.client_id", on: java)
            #expect(answers.first == "ok \(try world.hash(token)) null")
            #expect(answers.last?.hasPrefix("failed keyturn: zoom-prod.client_id: user ") == true)
        }
    }

    @Test(arguments: Java.newest) func `the actions write and try references and never show a value`(java: Java) throws
    {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            func generate(_ app: String, _ field: String) throws -> String {
                try world.plugin("action", "Generate Secret Reference", app, field, on: java).joined()
            }
            func verify(_ reference: String) throws -> String {
                try world.plugin("action", "Verify Secret Reference", reference, on: java).joined()
            }
            let reference = try generate("zoom-prod", "client_secret")
            #expect(reference == "OBF:MGR:keyturn-1:zoom-prod.client_secret")
            #expect(try generate("Zoom", "client_secret").hasPrefix("The app is not a name"))
            #expect(try generate("zoom-prod", "secret").contains("access_token"))
            let good = try verify(reference)
            let made = /Good: app zoom-prod, generation 1, made at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\./
            #expect(good.wholeMatch(of: made) != nil, "\(good)")
            let token = try verify("OBF:MGR:keyturn-1:zoom-prod.access_token")
            #expect(token.hasPrefix("Good: app zoom-prod, generation 1; the token expires at "))
            #expect(!(good + token).contains(app.secret))
            #expect(try verify("OBF:MGR:other:zoom-prod.client_secret").contains("begins with OBF:MGR:keyturn-1:"))
            #expect(try verify("OBF:MGR:keyturn-1:zoom-prod").contains("does not end in APP.FIELD"))
            #expect(try verify("OBF:MGR:keyturn-1:zoom-none.client_id").contains("has no grant"))
            #expect(
                try world.plugin("describe", on: java) == [
                    "Keyturn 0.1.0", "Socket Path = /run/keyturn/agent/agent.sock", "Connect Timeout = 2000",
                    "Read Timeout = 5000", "Generate Secret Reference", "Verify Secret Reference",
                ])
        }
    }

    // MARK: Failures

    @Test(arguments: Java.newest) func `a text that is no reference is not repeated`(java: Java) throws {
        try withWorld(serving: false) { world in
            let wrong = [
                "plAnted-secret", "zoom-prod.password", "Zoom.client_secret", "../x.client_id", ".client_id", "",
            ]
            for said in try world.plugin("ask", wrong[0], wrong[1], wrong[2], wrong[3], wrong[4], wrong[5], on: java) {
                #expect(said.hasPrefix("failed keyturn: the reference does not end in APP.FIELD"))
                #expect(!wrong.contains { !$0.isEmpty && said.contains($0) })
            }
        }
    }

    @Test(arguments: Java.newest) func `a failure says what to do`(java: Java) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            func failure(_ socket: String? = nil, connect: String = "", read: String = "") throws -> String {
                try world.plugin(
                    "ask", "zoom-prod.client_secret", socket: socket, connect: connect, read: read, on: java
                )
                .joined()
            }
            let head = "failed keyturn: zoom-prod.client_secret: "
            #expect(
                try failure("agent.sock") == head
                    + "the socket's path is not absolute; try: /run/keyturn/agent/agent.sock, or the path that "
                    + "keyturnd logs when it starts")
            #expect(try failure("/" + String(repeating: "x", count: 107)).contains("longer than 107 bytes"))
            #expect(
                try failure(connect: "soon") == "failed keyturn: \(Connector.notMilliseconds("Connect Timeout", 2000))")
            #expect(try failure(read: "0") == "failed keyturn: \(Connector.notMilliseconds("Read Timeout", 5000))")

            try world.must("client", "remove", "tests", "--yes")
            #expect(
                try failure() == head + "user \(geteuid()) has no grant for this app's credentials; try: "
                    + "keyturn client add NAME --uid \(geteuid()) --allow APP:credentials")
            try world.must("lock")
            #expect(
                try failure() == head
                    + "the vault is locked: no client is served and nothing is rotated; try: keyturn unlock")
            try world.crash()
            #expect(
                try failure() == head
                    + "the daemon is not running: nothing listens at \(world.agent); try: systemctl start keyturnd")
            let none = try failure(world.runtime + "/none.sock")
            #expect(
                none.hasPrefix(
                    head + "the daemon is not running: there is no socket at \(world.runtime)/none.sock; try: "))
        }
    }

    @Test(arguments: Java.fit) func `a daemon that hangs is not waited for without end`(java: Java) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let daemon = try world.daemon.child
            daemon.signal(SIGSTOP)
            defer { daemon.signal(SIGCONT) }
            let said = try world.plugin("ask", "zoom-prod.client_secret", read: "400", on: java).joined()
            #expect(said.contains("the daemon did not answer within 400 ms; try: journalctl -u keyturnd"), "\(said)")
        }
    }

    @Test(arguments: Java.fit) func `a refusal of Zoom's is reported`(java: Java) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("status", #","status":503,"retry_after":"60""#)
            let away = try world.plugin("ask", "zoom-prod.access_token", read: "20000", on: java).joined()
            #expect(away.hasPrefix("failed keyturn: zoom-prod.access_token: ") && away.contains("zoom"), "\(away)")
            #expect(
                try world.plugin("ask", "zoom-prod.client_id", on: java).joined().hasPrefix("ok "),
                "what needs no Zoom is there")
        }
    }

    @Test(.enabled(if: OtherUser.mayRunPrograms, OtherUser.whyNoPrograms), arguments: Java.fit)
    func `a user who may not open the socket is told so`(java: Java) throws {
        try withWorld { world in
            try Files.set(world.runtime + "/agent", 0o700)
            let connector = try Connector.built
            let words = connector.words(
                "keyturn.test.Driver", connector.path(),
                [world.agent, "", "", "ask", "zoom-prod.client_id"], java: java)
            let said = try world.run(words[0], Array(words.dropFirst()), as: OtherUser())
            #expect(said.output.contains("this user may not open the socket at \(world.agent); try: "), "\(said)")
        }
    }

    /// More than a hundred answers that are broken, oversized, cut or slow; and the queue that is full.
    @Test(arguments: Java.fit) func `broken answers are refused and told apart`(java: Java) throws {
        try withWorld(serving: false) { world in
            let connector = try Connector.built
            let words = connector.words(
                "keyturn.agent.Answers", [connector.jar, connector.directory + "/answers"], [], java: java)
            let outcome = try world.runner.run(words[0], Array(words.dropFirst()))
            #expect(outcome.exit == 0 && outcome.output.contains(", 0 do not"), "\(outcome)")
            #expect(outcome.output.split(separator: " ").first.flatMap { Int($0) } ?? 0 > 200)
        }
    }

    /// Java 11 is no part of current distributions: `KEYTURN_OLD_JAVA` names one.
    @Test(.enabled(if: !Java.old.isEmpty, "there is no Java 11 to 15"), arguments: Java.old)
    func `an old JVM loads the plug-in and is told what it lacks`(java: Java) throws {
        try withWorld(serving: false) { world in
            let words = "this JVM is Java \(java.version), and Unix sockets come with Java 16; try: Java 17 or newer"
            let said = try world.plugin("ask", "zoom-prod.client_id", on: java)
            #expect(said == ["failed keyturn: zoom-prod.client_id: \(words)"])
            #expect(try world.plugin("save", on: java) == ["refused Socket Path | \(words)"])
        }
    }

    // MARK: Many at once

    @Test(arguments: Java.fit) func `a hundred threads are all served`(java: Java) throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let calls = ProcessInfo.processInfo.environment["KEYTURN_CROWD_CALLS"] ?? "40"
            let said = try world.plugin("crowd", "100", calls, "zoom-prod.client_secret", on: java)
            print("100 threads: \(said.last ?? "")")
            #expect(said.count == 2)
            for line in said {
                #expect(line.contains("failed 0 distinct 1 value \(try world.hash(app.secret)) "), "\(said)")
            }
        }
    }

    /// Threads fetch a secret and take it to Zoom at once, while one rotation follows the other.
    @Test(arguments: Java.newest) func `no thread is refused while secrets are rotated`(java: Java) throws {
        try withWorld(serving: false) { world in
            let clock = try TestClock(in: world.directory)
            try world.initialise()
            try world.start(environment: clock.environment)
            try world.addApp("zoom-prod")
            try world.admitEverything()
            let connector = try Connector.built
            let stop = world.directory + "/stop"
            let words = connector.words(
                "keyturn.test.Driver", connector.path(),
                [world.agent, "", "20000", "load", "8", "zoom-prod", try world.sandbox.tokenURL, stop], java: java)
            let load = try world.runner.start(words[0], Array(words.dropFirst()))
            func rounds() throws -> [Int]? {
                let lines = try String(contentsOfFile: load.output, encoding: .utf8).split(separator: "\n")
                let numbers = lines.last?.split(separator: " ").compactMap { Int($0) }
                return numbers?.count == 4 ? numbers : nil
            }
            for _ in 0..<3 {
                try world.pass(16 * 60, on: clock)
                try world.must("rotate", "zoom-prod", "--overlap", "1h")
                // Until each of them has begun anew: whoever has the old one by then, fetched it before.
                let busiest = try eventually("the load to begin") { try rounds()?[1] }
                try eventually("all to have moved on") { try (rounds()?[0] ?? 0) > busiest + 1 }
                try world.pass(3600, on: clock)
                try eventually("the old secret to be ended") { try world.openRotations().isEmpty }
            }
            try Data().write(to: URL(filePath: stop))
            let outcome = try load.outcome()
            let numbers = try #require(try rounds())
            #expect(outcome.exit == 0 && numbers[0] > 3 && numbers[2] == 0 && numbers[3] == 0, "\(outcome)")
            #expect(try world.history().count { $0["state"].string == "retired" } == 3)
        }
    }
}

extension World {
    /// SHA-256 in hexadecimal.
    fileprivate func hash(_ text: String) throws -> String {
        String(try runner.run("sha256sum", [], input: text).output.prefix(64))
    }
}
