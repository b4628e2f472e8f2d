import Foundation
import Testing

/// The numbers as those read them who scrape: by Prometheus' own tools, over both ways in.
@Suite(.realProcesses) struct ScrapeTests {
    /// A port on loopback that nobody has at this moment.
    private static func freePort(_ world: World) throws -> Int {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        let found = try world.runner.run("python3", ["-c", script])
        guard let port = Int(found.output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw HarnessError("no free port: \(found)")
        }
        return port
    }

    /// Reads OpenMetrics as strictly as the reference does, and prints families and samples.
    private static let parser = """
        import sys
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
        for family in text_string_to_metric_families(open(sys.argv[1]).read()):
            print("family", family.name, family.type, family.unit)
            for sample in family.samples:
                labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
                print("sample", sample.name, labels, float(sample.value))
        """

    private static func parsed(_ text: String, _ world: World) throws -> Set<String> {
        let file = world.directory + "/scraped.txt"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try world.runner.run("/usr/bin/python3", ["-c", parser, file])
        guard outcome.exit == 0 else { throw HarnessError("the parser refuses it: \(outcome)") }
        return Set(outcome.output.split(separator: "\n").map(String.init))
    }

    private static func scrape(_ url: String, _ world: World, _ more: String...) throws -> Outcome {
        try world.runner.run("curl", ["-si", "--noproxy", "*", "--max-time", "30"] + more + [url])
    }

    @Test func `a low port is refused before the vault is opened`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let outcome = try world.keyturnd(
                "serve", "--key-file", world.keyFile, environment: ["KEYTURN_METRICS_LISTEN": "127.0.0.1:81"])
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd"), "\(outcome)")
            #expect(outcome.errors.contains("a port below 1024 needs a privilege"), "\(outcome)")
        }
    }

    @Test func `each client's fetches and Zoom's answers are counted`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", secret: "plAnted-sEcret-of-zoom-prod")
            for _ in 0..<7 { #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 200) }
            for _ in 0..<2 { #expect(try world.get("/v1/apps/zoom-prod/token").status == 200) }
            #expect(try world.get("/v1/apps/zoom-none/credentials").status == 403)
            let text = try world.ask("GET", "/v1/metrics").text
            let found = try Self.parsed(text, world)
            for line in [
                "family keyturn_fetches counter ", "family keyturn_agent_answer_seconds histogram seconds",
                "family keyturn_secret_age_seconds gauge seconds", "family keyturn_mints counter ",
                "sample keyturn_fetches_total client=tests,outcome=allowed 9.0",
                "sample keyturn_fetches_total client=-,outcome=denied 1.0",
                "sample keyturn_agent_answer_seconds_bucket from=memory,le=+Inf 10.0",
                "sample keyturn_secret_generation app=zoom-prod 1.0", "sample keyturn_unlocked  1.0",
                "sample keyturn_holders_behind app=zoom-prod 0.0", "sample keyturn_gathered label=app 0.0",
            ] {
                let isThere = found.contains(line)
                #expect(isThere, "\(line)")
            }
            #expect(found.contains { $0.hasPrefix("sample keyturn_disk_free_bytes") && !$0.hasSuffix(" 0.0") })
            #expect(!text.contains("plAnted"))

            // Another client on a connection of its own, that asks for the same again and again.
            let connection = try Connection(to: world.agent)
            for _ in 0..<100 {
                try connection.send(request("GET", "/v1/apps/zoom-prod/credentials"))
                #expect(try connection.answer().status == 200)
            }
            let after = try Self.parsed(try world.ask("GET", "/v1/metrics").text, world)
            #expect(after.contains("sample keyturn_fetches_total client=tests,outcome=allowed 109.0"))
            #expect(after.contains("sample keyturn_agent_answer_seconds_bucket from=memory,le=+Inf 110.0"))
        }
    }

    @Test func `failures are counted by cause`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp(secret: "right")
            let added = try world.runner.run(
                Programs.keyturn, try world.adding("zoom-wrong", app, "--no-verify"), input: "wrong")
            #expect(added.exit == 0)
            #expect(try world.get("/v1/apps/zoom-wrong/token").status == 502)
            let found = try Self.parsed(try world.ask("GET", "/v1/metrics").text, world)
            #expect(found.contains { $0.hasPrefix("sample keyturn_mint_failures_total cause=invalid_client ") })
            #expect(found.contains("sample keyturn_problems code=invalid_client,severity=critical 1.0"))
            #expect(found.contains("sample keyturn_fetches_total client=tests,outcome=failed 1.0"))
        }
    }

    @Test func `over loopback the metrics are served and nothing else`() throws {
        try withWorld { world in
            let port = try Self.freePort(world)
            try world.stop()
            try world.start(
                "--key-file", world.keyFile, environment: ["KEYTURN_METRICS_LISTEN": "127.0.0.1:\(port)"])
            try world.addApp("zoom-prod", verify: false)
            let base = "http://127.0.0.1:\(port)"
            let scraped = try Self.scrape(base + "/metrics", world)
            #expect(scraped.output.hasPrefix("HTTP/1.1 200 "))
            #expect(scraped.output.contains("Content-Type: application/openmetrics-text; version=1.0.0"))
            let body = try #require(scraped.output.split(separator: "\r\n\r\n", maxSplits: 1).last)
            #expect(try Self.parsed(String(body), world).contains("sample keyturn_apps  1.0"))
            for (path, status) in [
                ("/", "400"), ("/v1/status", "404"), ("/v1/apps", "404"), ("/v1/apps/zoom-prod/credentials", "404"),
                ("/v1/metrics", "404"), ("/metrics?format=text", "400"), ("/metrics/", "400"),
            ] {
                let outcome = try Self.scrape(base + path, world, "-H", "Keyturn-Request: 1")
                #expect(!outcome.output.hasPrefix("HTTP/1.1 200 ") && !outcome.output.isEmpty, "\(path) \(status)")
            }
            #expect(try Self.scrape(base + "/metrics", world, "-d", "{}").output.hasPrefix("HTTP/1.1 405 "))
            // A page in a browser on this machine, whose name was given this address.
            for (host, status) in [
                ("evil.example:\(port)", 400), ("evil.example", 400), ("127.0.0.1", 400), ("localhost:1", 400),
                ("localhost:\(port)", 200),
            ] {
                let outcome = try Self.scrape(base + "/metrics", world, "-H", "Host: \(host)")
                #expect(outcome.output.hasPrefix("HTTP/1.1 \(status) "), "\(host)")
                #expect(outcome.output.contains("zoom-prod") == (status == 200), "\(host)")
            }
            // Who sends more than a request may be is refused, as on the sockets.
            let long = try Self.scrape(base + "/metrics", world, "-H", "X: " + String(repeating: "x", count: 9000))
            #expect(long.output.hasPrefix("HTTP/1.1 431 "))
            #expect(try Self.scrape(base + "/metrics", world).output.hasPrefix("HTTP/1.1 200 "))
        }
    }

    /// Whoever is on the machine may connect, and must not have what is there for those who want secrets.
    @Test func `over loopback there are few connections`() throws {
        try withWorld { world in
            let port = try Self.freePort(world)
            try world.stop()
            try world.start(
                "--key-file", world.keyFile, environment: ["KEYTURN_METRICS_LISTEN": "127.0.0.1:\(port)"])
            let script = """
                import socket, sys
                port = int(sys.argv[1])
                request = b"GET /metrics HTTP/1.1\\r\\nHost: localhost:%d\\r\\n\\r\\n" % port
                served = 0
                connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
                for connection in connections:
                    try:
                        connection.settimeout(20)
                        connection.sendall(request)
                        served += connection.recv(12) == b"HTTP/1.1 200"
                    except OSError:
                        pass
                print(served)
                """
            #expect(try world.runner.run("python3", ["-c", script, "\(port)"]).output == "30\n")
            #expect(world.isHealthy)
        }
    }

    @Test(arguments: ["0.0.0.0:9464", "localhost:9464", "[::]:9464", "192.0.2.1:9464", "9464"])
    func `any address but loopback is bad configuration`(_ address: String) throws {
        try withWorld(serving: false) { world in
            try "metrics:\n  listen: \"\(address)\"\n".write(
                toFile: world.configuration, atomically: true, encoding: .utf8)
            let outcome = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(outcome.exit == 78 && outcome.complains(as: "keyturnd"))
            #expect(outcome.errors.contains("metrics.listen is not 127.0.0.1:PORT"))
        }
    }

    @Test func `a port in use is reported as such`() throws {
        try withWorld { world in
            let port = try world.sandbox.port
            try world.stop()
            let outcome = try world.runner.run(
                Programs.keyturnd, ["serve", "--key-file", world.keyFile],
                environment: ["KEYTURN_METRICS_LISTEN": "127.0.0.1:\(port)"])
            #expect(outcome.exit == 78)
            #expect(outcome.errors.contains("\nkeyturnd: metrics.listen: cannot listen on 127.0.0.1:\(port)"))
        }
    }

    @Test(.enabled(if: Programs.isOnThePath("promtool"))) func `promtool accepts both forms`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            _ = try world.get("/v1/apps/zoom-prod/token")
            let text = try world.ask("GET", "/v1/metrics?format=text")
            #expect(text.text.contains("# TYPE keyturn_mints_total counter\n") && !text.text.contains("# EOF"))
            let outcome = try world.runner.run("promtool", ["check", "metrics"], input: text.text)
            #expect(outcome.exit == 0 && outcome.errors.isEmpty, "\(outcome)")
            #expect(try world.ask("GET", "/v1/metrics?format=xml").status == 400)
        }
    }
}
