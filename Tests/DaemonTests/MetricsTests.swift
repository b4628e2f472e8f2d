import Audit
import Domain
import SecretMemory
import SocketAPI
import SocketServer
import Synchronization
import TestSupport
import Testing
import Vault

@testable import Daemon

@Suite struct MetricsTests {
    @Test func `a family has its type, unit and help before its samples, and the text its end`() {
        var text = OpenMetrics()
        text.gauge("a_seconds", unit: "seconds", help: "A.", [(of: "one", value: -3), (of: "two", value: 0)])
        text.gauge("b", help: "B.", [(of: nil, value: 1)])
        text.gauge("c", help: "C.", [])
        #expect(
            TestSupport.text(text.finish()) == """
                # TYPE a_seconds gauge
                # UNIT a_seconds seconds
                # HELP a_seconds A.
                a_seconds{app="one"} -3
                a_seconds{app="two"} 0
                # TYPE b gauge
                # HELP b B.
                b 1
                # EOF

                """)
    }

    @Test func `counters and histograms are written as each dialect requires`() {
        func written(_ dialect: OpenMetrics.Dialect) -> String {
            var text = OpenMetrics(dialect)
            text.counter("a", help: "A.", [.init([("x", "1"), ("y", "2")], 7)])
            return TestSupport.text(text.finish())
        }
        #expect(written(.openMetrics) == "# TYPE a counter\n# HELP a A.\na_total{x=\"1\",y=\"2\"} 7\n# EOF\n")
        #expect(written(.text) == "# TYPE a_total counter\n# HELP a_total A.\na_total{x=\"1\",y=\"2\"} 7\n")

        var latency = Latency()
        for nanoseconds in [1, 10_000, 10_001, 60_000_000_000] { latency.add(nanoseconds) }
        var text = OpenMetrics()
        text.histogram("h_seconds", help: "H.", [([("from", "memory")], latency)])
        let lines = TestSupport.text(text.finish()).split(separator: "\n")
        #expect(lines.count == 3 + Latency.bounds.count + 1 + 2 + 1)
        for line in [
            #"h_seconds_bucket{from="memory",le="1e-05"} 2"#, #"h_seconds_bucket{from="memory",le="2.5e-05"} 3"#,
            #"h_seconds_bucket{from="memory",le="10.0"} 3"#, #"h_seconds_bucket{from="memory",le="+Inf"} 4"#,
            #"h_seconds_sum{from="memory"} 60.000020002"#, #"h_seconds_count{from="memory"} 4"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }

    @Test func `every unit ends its family's name, and no name is there twice`() {
        let families =
            AppGauges.families.map { ($0.name, $0.unit) } + TargetGauges.families.map { ($0.name, $0.unit) }
        #expect(families.allSatisfy { name, unit in unit.map { name.hasSuffix("_\($0)") } ?? true })
        #expect(Set(families.map(\.0)).count == families.count)
    }

    @Test func `beyond a thousand apps the rest is one`() async throws {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, ways: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        for number in 0..<1010 { try await vault.add(.sample("app-\(number)"), clientSecret: SecretBox("s")) }
        time.pass(60)
        var report = MetricsReport(version: "1.2.3", startedAt: time.now.wall, now: time.now)
        #expect(!TestSupport.text(report.text()).contains("keyturn_apps"))
        report.unlocked = .init(
            vault: vault,
            problems: [
                .init(cause: "invalid_client", ""), .init(.missingScopes, ""), .init(cause: "invalid_client", ""),
            ])
        let lines = TestSupport.text(report.text()).split(separator: "\n")
        #expect(lines.contains("keyturn_apps 1010") && lines.last == "# EOF")
        #expect(lines.count { $0.hasPrefix("keyturn_secret_age_seconds{") } == 1001)
        for line in [
            #"keyturn_secret_age_seconds{app="*"} 60"#, #"keyturn_rotation_blocked{app="*"} 0"#,
            #"keyturn_gathered{label="app"} 10"#, #"keyturn_gathered{label="target"} 0"#,
            #"keyturn_problems{code="invalid_client",severity="critical"} 2"#,
            #"keyturn_problems{code="missing_scopes",severity="warning"} 1"#, #"keyturn_build_info{version="1.2.3"} 1"#,
        ] {
            #expect(lines.contains(Substring(line)), "\(line)")
        }
    }

    @Test func `beyond a thousand clients the rest is one, and nothing that was counted is lost`() {
        let counts = FetchCounts()
        for number in 0..<5000 { counts.add([.init(client: "c-\(number)", outcome: .allowed)]) }
        #expect(counts.all.count == FetchCounts.mostLabels + 1)
        #expect(counts.all.values.reduce(0, +) == 5000)
        var report = MetricsReport(version: "1", startedAt: Timestamp(unixSeconds: 0), now: ManualTime().now)
        report.fetches = counts.all
        let lines = TestSupport.text(report.text()).split(separator: "\n").filter {
            $0.hasPrefix("keyturn_fetches_total{")
        }
        #expect(lines.count == 1001)
        #expect(lines.contains(#"keyturn_fetches_total{client="*",outcome="allowed"} 4000"#))
        #expect(lines.contains(#"keyturn_fetches_total{client="c-0",outcome="allowed"} 1"#))
    }

    @Test(arguments: [
        ("127.0.0.1:9464", true), ("[::1]:1", true), ("127.0.0.1:65535", true), ("127.0.0.1:0", false),
        ("127.0.0.1:65536", false), ("127.0.0.1:", false), ("127.0.0.1", false), ("0.0.0.0:9464", false),
        ("[::]:9464", false), ("localhost:9464", false), ("127.0.0.2:9464", false), ("::1:9464", false),
        (":9464", false), ("9464", false), ("127.0.0.1:+9464", false), ("127.0.0.1:09464", false),
        ("127.0.0.1 :9464", false), ("10.0.0.1:9464", false), ("", false),
    ]) func `the listener accepts loopback addresses only`(_ text: String, _ isTaken: Bool) {
        let address = LoopbackAddress(text)
        #expect((address != nil) == isTaken)
        #expect(address.map(\.description) ?? text == text)
    }

    @Test func `however many scrapers ask, the numbers are gathered once a second`() async throws {
        let time = ManualTime()
        let gathered = Atomic(0)
        let desk = MetricsDesk(time) {
            gathered.add(1, ordering: .relaxed)
            await Task.yield()
            return Response(.ok).render()
        }
        for second in 1...3 {
            await withTaskGroup { group in
                for _ in 0..<20 { group.addTask { _ = await desk.answer } }
            }
            #expect(gathered.load(ordering: .relaxed) == second)
            time.pass(1)
        }
    }

    @Test(arguments: [
        ("127.0.0.1:9464", true), ("localhost:9464", true), ("LocalHost:9464", true), ("[::1]:9464", true),
        ("127.0.0.1", false), ("localhost", false), ("localhost:80", false), ("127.0.0.1:94640", false),
        ("evil.example:9464", false), ("localhost.evil.example:9464", false),
        ("127.0.0.1.evil.example:9464", false),
        ("localhost:9464.evil.example", false), ("", false), ("keyturn", false), ("0.0.0.0:9464", false),
    ]) func `a request with another host name is refused`(_ host: String, _ isMeant: Bool) throws {
        #expect(try #require(LoopbackAddress("127.0.0.1:9464")).isMeant(by: host) == isMeant)
        #expect(try #require(LoopbackAddress("127.0.0.1:80")).isMeant(by: "localhost"))
    }
}
