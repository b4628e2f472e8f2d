import SecretMemory
import TestSupport
import Testing
import Vault

@testable import Daemon

@Suite struct MetricsTests {
    @Test("a family has its type, unit and help before its samples, and the text its end") func form() {
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

    @Test("every unit ends its family's name, and no name is there twice") func families() {
        let families = MetricsReport.families
        #expect(families.allSatisfy { family in family.unit.map { family.name.hasSuffix("_\($0)") } ?? true })
        #expect(Set(families.map(\.name)).count == families.count)
    }

    @Test("beyond a thousand apps the rest is one") func bounded() async throws {
        let time = ManualTime()
        let store = MemoryStore()
        try await Vault.create(in: store, ways: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        for number in 0..<1010 { try await vault.add(.sample("app-\(number)"), clientSecret: SecretBox("s")) }
        time.pass(60)
        let lines = TestSupport.text(MetricsReport.text(vault, now: time.now)).split(separator: "\n")
        #expect(lines.contains("keyturn_apps 1010") && lines.last == "# EOF")
        #expect(lines.count { $0.hasPrefix("keyturn_secret_age_seconds{") } == 1001)
        #expect(lines.contains(#"keyturn_secret_age_seconds{app="*"} 60"#))
        #expect(lines.contains(#"keyturn_rotation_held{app="*"} 0"#))
        #expect(TestSupport.text(MetricsReport.text(nil, now: time.now)).contains("keyturn_unlocked 0\n# EOF\n"))
    }
}
