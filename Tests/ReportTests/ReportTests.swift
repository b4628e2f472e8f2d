import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import Report

/// What a report says, whatever its form.
@Suite struct ReportTests {
    private static let now = Sample.now

    @Test func `a rotation has the evidence of its steps`() throws {
        let report = Sample(apps: 1).report()
        let app = try #require(report.apps.first)
        let rotation = try #require(app.rotations.last { $0.target == 8 })
        let live = try #require(rotation.liveAt)
        #expect(rotation.askedBy == "anna as root" && rotation.askedAt == live + -12)
        #expect(rotation.zoomAskedAt == [live + -9] && rotation.receivedAt == live + -8)
        #expect(rotation.verifiedAt == live + -6 && rotation.pushedAt == live + 25)
        #expect(
            rotation.consumers.map { "\($0.kind) \($0.name) \($0.how ?? "") \($0.at.map { $0 - live } ?? -1)" } == [
                "client pingfederate fetched 40", "client sync-job fetched 5400", "target console-0 pushed 24",
            ])
        #expect(rotation.oldEndedAt == live + 7 * Sample.day)
        #expect(rotation.ending == "Zoom revokes the old secret at \(live + (7 * Sample.day + 3))")
        #expect(rotation.firstLine.map { $0 < rotation.lastLine ?? 0 } == true)
        #expect(app.rotations.last { $0.target == 9 }?.askedBy == "schedule")
    }

    @Test func `what the log no longer has is not made up`() throws {
        var sample = Sample(apps: 1)
        sample.evidence = sample.evidence.map {
            AppEvidence(
                app: $0.app, history: $0.history, holders: [], requests: [], lines: [], linesLeftOut: 0,
                requestsLeftOut: 0)
        }
        let rotation = try #require(sample.report().apps.first?.rotations.last { $0.target == 8 })
        #expect(rotation.verifiedAt == nil && rotation.zoomAskedAt.isEmpty && rotation.firstLine == nil)
        #expect(rotation.ending == "the log has no line about it any more")
        #expect(rotation.liveAt != nil && rotation.askedBy == "operator", "the vault knows these")
        let page = ReportPage(sample.report()).text
        #expect(page.contains("not in the log") && page.contains("no line of the log any more"))
    }

    @Test func `what a consumer has now dates only the rotation that made it`() throws {
        var sample = Sample(apps: 1)
        let fetched = Sample.now + -3600
        sample.evidence = sample.evidence.map {
            AppEvidence(
                app: $0.app, history: $0.history,
                holders: [
                    HolderList.Holder(
                        node: .first, client: .test("sync-job"), generation: 9, isCurrent: true, at: fetched,
                        isAcknowledged: false)
                ], requests: [], lines: [], linesLeftOut: 0, requestsLeftOut: 0)
        }
        let report = sample.report()
        let rotations = try #require(report.apps.first).rotations
        func consumer(_ name: String, of target: Int) throws -> RotationEvidence.Consumer {
            let rotation = try #require(rotations.last { $0.target == target })
            return try #require(rotation.consumers.first { $0.name == name })
        }
        #expect(try consumer("sync-job", of: 9).at == fetched && consumer("console-0", of: 9).at != nil)
        let earlier = [try consumer("console-0", of: 8)]
        #expect(earlier.allSatisfy { $0.at == nil && $0.how != nil }, "it has moved, but not when it says now")
        #expect(ReportPage(report).text.contains("pushed; when is not in the log"))
        let table = ReportCSV.text(report)
        #expect(table.contains("target console-0 not in the log"))
    }

    @Test func `the old secret's end is what Zoom said of it, or why it was not asked`() throws {
        func ending(_ more: [(String, String)], isByHand: Bool = false, hasLines: Bool = true) throws -> String? {
            var sample = Sample(apps: isByHand ? 4 : 1)
            let index = isByHand ? 3 : 0
            let target = 8
            let known = sample.evidence[index]
            let id = try #require(known.history.rotations.last { $0.target == target }).id
            var lines = hasLines ? known.lines.filter { !($0.contains(id) && $0.contains("revokes")) } : []
            for (action, reason) in more {
                lines.append(
                    sample.log(
                        action, known.app, Sample.now + -5,
                        #""rotation":"\#(id)","actor":"keyturnd","reason":"\#(reason)""#))
            }
            sample.evidence[index] = AppEvidence(
                app: known.app, history: known.history, holders: [], requests: [], lines: lines, linesLeftOut: 0,
                requestsLeftOut: 0)
            return try #require(sample.report().apps.flatMap(\.rotations).first { $0.id == id }).ending
        }
        #expect(try ending([]) == "its time was over; the log has no answer of Zoom's about it")
        #expect(try ending([], hasLines: false) == "the log has no line about it any more")
        #expect(
            try ending([], isByHand: true, hasLines: false)
                == "left to expire: the new secret was made in the Marketplace")
        let answers = [
            ("rotation.draining", "Zoom still accepts the old secret"),
            ("rotation.draining", "Zoom refuses the old secret"), ("rotation.draining", "waits for console-0"),
        ]
        #expect(try ending(answers) == "Zoom refuses the old secret", "the last answer, and nothing else")
    }

    @Test func `a rotation that followed an order about another one was asked for by whoever gave the order`() throws {
        var sample = Sample(apps: 1)
        let known = sample.evidence[0]
        var rotations = known.history.rotations
        let first = try #require(rotations.firstIndex { $0.target == 8 })
        rotations[first].successor = rotations[first + 1].id
        let order = sample.log(
            "rotation.rotate", known.app, rotations[first + 1].plannedAt,
            #""rotation":"\#(rotations[first].id)","uid":0,"user":"root","login_uid":7,"login_user":"ben""#)
        sample.evidence[0] = AppEvidence(
            app: known.app,
            history: HistoryDocument(
                appAddedAt: sample.apps[0].createdAt, current: (9, sample.apps[0].secretCreatedAt), rotations: rotations
            ),
            holders: [], requests: [], lines: known.lines + [order], linesLeftOut: 0, requestsLeftOut: 0)
        let found = try #require(sample.report().apps.first).rotations
        let before = try #require(Sample(apps: 1).report().apps.first).rotations
        #expect(found.map(\.askedBy) == before.map { $0.target == 9 ? "ben as root" : $0.askedBy })
    }

    @Test func `an app is overdue once its secret is older than its policy allows`() throws {
        let app = try #require(Sample(apps: 1).report().apps.first)
        let every = try #require(app.policy.policy.every)
        #expect(!app.isOverdue(app.secretCreatedAt + every) && app.isOverdue(app.secretCreatedAt + every + 1))
        let unplanned = try #require(Sample(apps: 4).report().apps.first { $0.policy.policy.every == nil })
        #expect(!unplanned.isOverdue(unplanned.secretCreatedAt + 10_000 * Sample.day))
    }

    @Test func `a consumer that never got the new secret is named`() throws {
        var sample = Sample(apps: 1)
        sample.evidence = sample.evidence.map { known in
            AppEvidence(
                app: known.app, history: known.history, holders: [],
                requests: known.requests.filter { $0.client != "sync-job" || $0.generation == 8 }, lines: known.lines,
                linesLeftOut: 0, requestsLeftOut: 0)
        }
        let rotation = try #require(sample.report().apps.first?.rotations.last { $0.target == 9 })
        #expect(rotation.consumers.first { $0.name == "sync-job" }?.at == nil)
        #expect(rotation.consumers.first { $0.name == "pingfederate" }?.at != nil)
    }

    @Test func `exceptions are open problems first, then what happened, newest first`() {
        var sample = Sample(apps: 20)
        sample.problems = [
            HealthIssue(.rotationOverdue, app: sample.apps[4].name, "its rotation is overdue"),
            HealthIssue(.diskLow, "little room"),
        ]
        let found = sample.report().exceptions
        #expect(found.prefix(2).map(\.kind) == ["rotation_overdue", "disk_low"])
        #expect(found.prefix { $0.isOpen }.dropFirst(2).allSatisfy { $0.kind == "no_schedule" })
        let past = found.drop { $0.isOpen }
        #expect(Set(past.map(\.kind)) == ["by_hand", "changed_outside", "denied"])
        #expect(past.map { $0.at ?? Self.now } == past.map { $0.at ?? Self.now }.sorted(by: >))
        #expect(past.first { $0.kind == "denied" }?.detail == "14 requests of uid 1003 denied")
        sample.refusals = [EvidencePage.Refusals(uid: 1003, first: Self.now, last: Self.now, count: 512)]
        let counted = sample.report().exceptions.first { $0.app == nil && $0.kind == "denied" }
        #expect(counted?.detail == "512 requests of uid 1003 denied, without lines of their own")
        // A selection has only its own problems.
        #expect(!sample.report(selection: "env=prod").exceptions.contains { $0.kind == "disk_low" || $0.app == nil })
    }

    @Test func `actions are shown newest first, and of a selection only its own`() {
        var sample = Sample(apps: 1)
        let app = sample.apps[0].name
        sample.actions = [
            sample.log("app.set", app, Self.now + -50, #""uid":0,"user":"root""#),
            sample.log("app.set", .test("another"), Self.now + -40, #""uid":0"#),
            sample.log("target.add", app, Self.now + -30, #""uid":1000"#), "no line at all",
        ]
        #expect(sample.report().actions.map(\.who) == ["uid 1000", "root", "root"])
        #expect(sample.report(selection: "x").actions.map(\.action) == ["target.add", "app.set"])
    }

    @Test func `the report is read again as the same`() throws {
        let report = Sample(apps: 12).report()
        #expect(try RotationReport(parsing: report.render(), values: 4_000_000) == report)
    }

    @Test func `a table has a line for each rotation, and no formula`() throws {
        let report = Sample(apps: 9).report()
        let lines = ReportCSV.text(report).split(separator: "\r\n")
        let rotations = report.apps.reduce(0) { $0 + max($1.rotations.count, 1) }
        #expect(lines.count == rotations + 1)
        #expect(lines[0].hasPrefix("app,owner,labels,"))
        for text in ["=1+1", "+1", "-1", "@x"] { #expect(ReportCSV.field(text).hasPrefix("'")) }
        #expect(ReportCSV.field(#"a,"b""#) == #""a,""b""""#)
        #expect(ReportCSV.field("a\n\u{1B}[31mb") == "a \\u{1b}[31mb" && ReportCSV.field("a") == "a")
    }
}
