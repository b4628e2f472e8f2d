import Foundation
import TestSupport
import Testing

/// The files in `scripts/monitoring`, held against the tools that read them and the numbers that the daemon tells.
@Suite(.realProcesses) struct MonitoringTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "scripts/monitoring").path

    private static func text(_ name: String) throws -> String {
        try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
    }

    /// The expressions of all panels of the dashboard.
    private static func queries() throws -> [String] {
        let dashboard = try JSONSerialization.jsonObject(with: Data(try text("keyturn.dashboard.json").utf8))
        let panels = try #require((dashboard as? [String: Any])?["panels"] as? [[String: Any]])
        return panels.flatMap { $0["targets"] as? [[String: Any]] ?? [] }.compactMap { $0["expr"] as? String }
    }

    /// What an expression asks for, as names of samples.
    private static func names(_ text: String) -> Set<String> {
        Set(text.matches(of: /\bkeyturn_[a-z_]+/).map { String($0.0) })
    }

    /// All that a daemon tells for which everything is under way: `# TYPE` lines, and the names that their samples have.
    private static func told(_ text: String) -> Set<String> {
        var names: Set<String> = []
        for line in text.split(separator: "\n") where line.hasPrefix("# TYPE ") {
            let words = line.split(separator: " ").map(String.init)
            switch words[3] {
            case "counter": names.insert(words[2] + "_total")
            case "histogram": names.formUnion(["_bucket", "_sum", "_count"].map { words[2] + $0 })
            default: names.insert(words[2])
            }
        }
        return names
    }

    @Test(.enabled(if: Programs.isOnThePath("promtool")))
    func `the alerting rules are valid, and each fires when it should`() throws {
        let runner = try Runner(
            directory: "/tmp/kt-rules-\(UUID().uuidString.prefix(8))", environment: ["PATH": "/usr/bin:/bin"])
        defer { try? FileManager.default.removeItem(atPath: runner.directory) }
        let checked = try runner.run("promtool", ["check", "rules", Self.directory + "/keyturn.rules.yml"])
        #expect(checked.exit == 0 && checked.output.contains("18 rules found"), "\(checked)")
        // The dashboard's queries, as rules: so they are parsed.
        let queries = try Self.queries().map { $0.replacing("$instance", with: "h") }
        let records = queries.indices.map { ["record": "keyturn:query\($0)", "expr": queries[$0]] }
        let file = runner.directory + "/queries.yml"
        let groups = ["groups": records.indices.map { ["name": "\($0)", "rules": [records[$0]]] as [String: Any] }]
        try JSONSerialization.data(withJSONObject: groups, options: .withoutEscapingSlashes).write(
            to: URL(filePath: file))
        let parsed = try runner.run("promtool", ["check", "rules", file])
        #expect(parsed.exit == 0 && parsed.output.contains("\(queries.count) rules found"), "\(parsed)")
        let tested = try runner.run("promtool", ["test", "rules", Self.directory + "/keyturn.rules.test.yml"])
        #expect(tested.exit == 0, "\(tested)")
    }

    @Test func `rules, dashboard and page use the metrics that the daemon has and no others`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            try world.must("app", "set", "zoom-prod", "--rotate-every", "30d")
            _ = try world.get("/v1/apps/zoom-prod/credentials")
            _ = try world.get("/v1/apps/zoom-none/credentials")
            let wrong = try world.sandbox.addApp(secret: "right")
            _ = try world.runner.run(
                Programs.keyturn, try world.adding("zoom-wrong", wrong, "--no-verify"), input: "wrong")
            _ = try world.get("/v1/apps/zoom-wrong/token")
            // Where nobody listens.
            try "alerts.channels: {hook: {type: webhook, url: 'http://127.0.0.1:9/'}}\n".write(
                toFile: world.configuration, atomically: true, encoding: .utf8)
            try world.daemon.child.signal(SIGHUP)
            var told = Self.told(try world.ask("GET", "/v1/metrics").text)

            func pass(_ what: String, until family: String) throws {
                try eventually(what) {
                    told.formUnion(Self.told(try world.ask("GET", "/v1/metrics").text))
                    guard !told.contains(family) else { return true }
                    try world.pass(60, on: clock)
                    return false
                }
            }
            // A push and a look at what became of it, an answer that is lost, and a console that refuses.
            try world.must("rotate", "zoom-prod", "--overlap", "1h")
            try pass("a look at the console", until: "keyturn_target_look_age_seconds")
            try pass("the end of the old secret to be planned", until: "keyturn_old_secret_expires_seconds")
            _ = try world.get("/v1/apps/zoom-prod/credentials")
            try TargetTests.pass("the end of the rotation", world, clock) { $0 == nil }
            try world.sandbox.faultRotation("drop_after", count: 3)
            _ = try world.keyturn("rotate", "zoom-prod")
            try pass("the countdown", until: "keyturn_secret_expires_seconds")
            try console.switches(#"{"status":401}"#)
            try pass("a look at the console to fail", until: "keyturn_target_failure_age_seconds")

            let queries = try Self.queries()
            #expect(queries.count > 20)
            for query in queries { #expect(Self.names(query).isSubset(of: told), "\(query)") }
            #expect(!queries.flatMap(Self.names).isEmpty)

            let rules = try Self.text("keyturn.rules.yml").split(separator: "\n").filter { !$0.contains("summary:") }
            let asked = Self.names(rules.joined(separator: "\n"))
            #expect(asked.count > 12 && asked.subtracting(told) == [])

            // The page has a line for each family.
            let page = try String(contentsOfFile: Self.directory + "/../../docs/monitoring.md", encoding: .utf8)
            let listed = Self.names(page)
            for name in told {
                let family = name.replacing(/_(total|bucket|sum|count)$/, with: "")
                #expect(listed.contains(family) || listed.contains(family + "_total"), "\(family)")
            }
        }
    }
}
