import Audit
import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Health

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

        let histogram = OpenMetrics.Histogram(bounds: ["1e-05", "10.0"], cumulative: [2, 3, 4], seconds: 60.5)
        var text = OpenMetrics()
        text.histogram("h_seconds", help: "H.", [([("from", "memory")], histogram)])
        let lines = TestSupport.text(text.finish()).split(separator: "\n")
        #expect(lines.count == 3 + 3 + 2 + 1)
        for line in [
            #"h_seconds_bucket{from="memory",le="1e-05"} 2"#,
            #"h_seconds_bucket{from="memory",le="10.0"} 3"#, #"h_seconds_bucket{from="memory",le="+Inf"} 4"#,
            #"h_seconds_sum{from="memory"} 60.5"#, #"h_seconds_count{from="memory"} 4"#,
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
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        for number in 0..<1010 { try await vault.add(.sample("app-\(number)"), clientSecret: SecretBox("s")) }
        time.pass(60)
        var report = MetricsReport(version: "1.2.3", startedAt: time.now.wall, now: time.now)
        #expect(!TestSupport.text(report.text()).contains("keyturn_apps"))
        report.unlocked = .init(vault: vault)
        report.unlocked?.problems = [
            .init(code: "invalid_client", Advice("")), .init(.missingScopes, ""),
            .init(code: "invalid_client", Advice("")),
        ]
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
}
