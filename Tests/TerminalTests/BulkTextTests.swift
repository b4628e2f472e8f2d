import Domain
import SocketAPI
import Testing

@testable import Terminal

/// Commands for several apps: which, what is said before and after, and what they exit with.
@Suite struct BulkTextTests {
    private static func app(_ name: String, _ labels: String...) throws -> AppDocument {
        AppDocument(
            name: try #require(Name(name)), generation: 1, accountID: "a", clientID: "c", marketplaceAppID: nil,
            environment: .commercial, tokenURL: "t", apiURL: "u", secretFingerprint: "f", secretLength: 1,
            secretCreatedAt: Timestamp(unixSeconds: 0), createdAt: Timestamp(unixSeconds: 0), profile: AppProfile(),
            labels: try #require(Labels(labels.compactMap { Label($0) })),
            policy: PolicyDocument(RotationPolicy(), nextAt: nil), warnings: [])
    }

    @Test func `a pattern and all conditions together select`() throws {
        let list = AppList(apps: [
            try Self.app("zoom-a", "env=prod", "team=x"), try Self.app("zoom-b", "env=test"),
            try Self.app("hr", "env=prod"),
        ])
        func selected(_ pattern: String?, _ conditions: String...) -> [String] {
            AppSelection(pattern.flatMap { NamePattern($0) }, conditions.compactMap { LabelCondition($0) })
                .apps(of: list).map(\.name.description)
        }
        #expect(selected(nil) == ["zoom-a", "zoom-b", "hr"])
        #expect(selected("zoom-*") == ["zoom-a", "zoom-b"])
        #expect(selected(nil, "env=prod") == ["zoom-a", "hr"])
        #expect(selected("zoom-*", "env=prod") == ["zoom-a"])
        #expect(selected(nil, "env", "team") == ["zoom-a"])
        #expect(selected("x*").isEmpty && selected(nil, "env=none").isEmpty)
        let words = AppSelection(NamePattern("x*"), [LabelCondition("env"), LabelCondition("a=b")].compactMap(\.self))
            .words
        #expect(words == "no app's name matches 'x*' and has env and a=b")
    }

    private static func result(
        _ name: String, _ outcome: BulkReport.Result.Outcome, _ detail: String, _ status: SocketAPI.ExitStatus = .done
    ) throws -> BulkReport.Result {
        BulkReport.Result(try #require(Name(name)), outcome, Advice(detail), exitStatus: status)
    }

    @Test func `a plan says what is done and what is left out, in the order of names`() throws {
        let text = BulkText(
            "rotate",
            [
                try Self.result("zoom-long", .planned, "generation 1 is replaced"),
                try Self.result("a", .leftOut, "is running"),
            ])
        #expect(
            text.planned(true)
                == "would rotate 1 app, leave out 1; nothing was done\n  a          left out: is running\n  zoom-long  generation 1 is replaced\n"
        )
        #expect(text.planned(false).hasPrefix("rotate 1 app, leave out 1\n"))
        #expect(text.line(try Self.result("a", .failed, "two\nlines")) == "failed     a          two\\u{a}lines\n")
    }

    @Test func `a command exits with the worst, and what passes by itself is not the worst`() throws {
        let mixed = BulkReport(
            command: "rotate", dryRun: false,
            results: [
                try Self.result("b", .failed, "d", .upstreamFailed), try Self.result("c", .notTried, "d", .temporary),
                try Self.result("a", .done, "d"), try Self.result("d", .leftOut, "d"),
            ])
        #expect(mixed.exitStatus == .upstreamFailed && mixed.results.map(\.app.description) == ["a", "b", "c", "d"])
        #expect(BulkText.failure(mixed.results) == "1 of 3 apps failed, and 1 was not tried: each line says why")
        #expect(
            SocketAPI.ExitStatus.worst(of: []) == .done
                && SocketAPI.ExitStatus.worst(of: [.done, .temporary]) == .temporary)
        for status in SocketAPI.ExitStatus.allCases {
            #expect(SocketAPI.ExitStatus.worst(of: [.done, status]) == status)
        }
        #expect(BulkText.failure([try Self.result("a", .done, "d"), try Self.result("d", .leftOut, "d")]) == nil)
    }

    @Test func `a patch says what it changes, and nothing where it changes nothing`() throws {
        var patch = AppPatch()
        patch.rotateEvery = 2_592_000
        patch.overlap = RotationPolicy().overlap
        patch.paused = true
        patch.profile[.owner] = "team"
        patch.labels = try #require(Labels([Label("env=test"), Label("team=x")].compactMap(\.self)))
        patch.removedLabels = [try #require(Name("none"))]
        let changes = patch.changes(of: try Self.app("zoom-a", "env=prod", "team=x")).map(\.description)
        #expect(
            changes == [
                "owner: none -> team", "labels.env: prod -> test", "rotation.every: none -> 30d",
                "rotation.paused: false -> true",
            ])
    }
}
