import Domain
import HTTPTransport
import PingFederate
import TestSupport
import Testing

/// How far a push is, by what a cluster says of itself. Pure: no console is asked.
@Suite struct ReplicationProgressTests {
    private static let saved = Timestamp(unixSeconds: 1_800_000_000)
    private static let before = saved + -3_600
    private static let after = saved + 5

    struct Row: Sendable {
        var words: String
        var engines: [ClusterStatus.Node] = [engine("SUCCEEDED")]
        var consoles: [ClusterStatus.Node] = [.init(name: "10.0.0.1", mode: "CLUSTERED_CONSOLE", state: nil)]
        /// When somebody last replicated.
        var last: Timestamp? = after
        var required: Bool? = false
        var savedAt: Timestamp? = saved
        var age = 10
        var outcome: String
    }

    private static func engine(_ state: String?, _ name: String = "10.0.0.2", at: Timestamp? = nil)
        -> ClusterStatus.Node
    {
        .init(name: name, state: state, configuredAt: at)
    }

    private static let rows: [Row] = [
        Row(words: "our replication, and all engines have it", outcome: "done"),
        Row(words: "in the very second of the save", last: saved, outcome: "done"),
        Row(words: "others changed something after it", required: true, outcome: "done"),
        Row(
            words: "SUCCEEDED is an earlier replication's", last: before, required: true,
            outcome:
                "wait the console has not replicated the push: the last replication was at 2027-01-15T07:00:00Z"
        ),
        Row(words: "the same, though nothing is said to wait", last: before, outcome: "wait the console has not"),
        Row(
            words: "asked long ago, and nothing came of it", last: before, age: 301,
            outcome: "failed the console has not"),
        Row(words: "never replicated", last: nil, required: true, outcome: "wait the console has not replicated"),
        Row(words: "no time of the save: nothing waits", savedAt: nil, outcome: "done"),
        Row(words: "no time of the save: something waits", required: true, savedAt: nil, outcome: "wait the console"),
        Row(words: "nothing known at all", last: nil, required: nil, savedAt: nil, outcome: "wait the console"),
        Row(
            words: "nothing known, and time has passed", last: nil, required: nil, savedAt: nil, age: 301,
            outcome: "done"),
        Row(
            words: "the engine's word is older than its configuration", engines: [engine("SUCCEEDED", at: before)],
            outcome: "wait 10.0.0.2 still has the configuration of 2027-01-15T07:00:00Z"),
        Row(words: "an engine has looked since", engines: [engine("SUCCEEDED", at: before)], age: 301, outcome: "done"),
        Row(words: "an engine with ours", engines: [engine("SUCCEEDED", at: after)], outcome: "done"),
        Row(words: "RETRIEVING", engines: [engine("RETRIEVING")], outcome: "wait 10.0.0.2 is RETRIEVING"),
        Row(
            words: "OUT_OF_DATE", engines: [engine("OUT_OF_DATE")], age: 9_999, outcome: "wait 10.0.0.2 is OUT_OF_DATE"),
        Row(words: "a state of tomorrow", engines: [engine("PAUSED")], outcome: "wait 10.0.0.2 is PAUSED"),
        Row(words: "no state", engines: [engine(nil)], outcome: "wait 10.0.0.2 does not report its replication"),
        Row(words: "FAILED", engines: [engine("FAILED")], outcome: "failed replication failed on 10.0.0.2"),
        Row(
            words: "one of three is late",
            engines: [engine("SUCCEEDED"), engine("APPLYING", "10.0.0.3"), engine("OUT_OF_DATE", "10.0.0.4")],
            outcome: "wait 10.0.0.3 is APPLYING, 10.0.0.4 is OUT_OF_DATE"),
        Row(
            words: "a console's own state does not count",
            consoles: [.init(name: "10.0.0.9", mode: "CLUSTERED_CONSOLE", state: "OUT_OF_DATE")], outcome: "done"),
        Row(
            words: "nor that it failed",
            consoles: [.init(name: "10.0.0.9", mode: "CLUSTERED_CONSOLE", state: "FAILED")],
            outcome: "done"),
        Row(words: "no engine is up", engines: [], outcome: "wait the cluster lists no engine"),
        Row(
            words: "a node whose mode is not known is waited for",
            engines: [.init(name: "10.0.0.2", mode: nil, state: "APPLYING")], outcome: "wait 10.0.0.2 is APPLYING"),
    ]

    private static func words(_ progress: ReplicationProgress) -> String {
        switch progress {
        case .done: "done"
        case .toAsk: "ask"
        case .underWay(let words): "wait \(words)"
        case .failed(let words): "failed \(words)"
        }
    }

    private static func status(_ row: Row) -> ClusterStatus {
        ClusterStatus(nodes: row.consoles + row.engines, replicatedAt: row.last, isReplicationRequired: row.required)
    }

    @Test(arguments: rows) func `after a full replication was requested, the engines' states decide`(row: Row) {
        let push = FollowedPush(savedAt: row.savedAt, age: row.age, isAsked: true)
        let found = Self.words(Self.status(row).progress(ofAll: push))
        #expect(found.hasPrefix(row.outcome), "\(row.words): \(found)")
        let unasked = FollowedPush(savedAt: row.savedAt, age: row.age, isAsked: false)
        #expect(Self.status(row).progress(ofAll: unasked) == .toAsk, "whatever the console does by itself")
    }

    @Test(arguments: rows)
    func `a connection that does not report its replication is judged by the cluster`(row: Row) {
        let push = FollowedPush(savedAt: row.savedAt, age: row.age, isAsked: false)
        let found = Self.words(Self.status(row).progress(ofSaved: push, nil))
        #expect(found.hasPrefix(row.outcome), "\(row.words): \(found)")
    }

    @Test func `where connections are replicated as they are saved, the connection's own state decides`() {
        let push = FollowedPush(savedAt: Self.saved, age: 9, isAsked: false)
        for (state, engines, outcome) in [
            ("REPLICATED", [Self.engine("SUCCEEDED")], "done"),
            // Other people's changes wait: ours is through.
            ("REPLICATED", [Self.engine("OUT_OF_DATE")], "done"),
            ("REPLICATED", [], "wait the cluster lists no engine"),
            (
                "NOT_REPLICATED", [Self.engine("APPLYING")],
                "wait the connection is NOT_REPLICATED; 10.0.0.2 is APPLYING"
            ),
            ("NOT_REPLICATED", [Self.engine("SUCCEEDED")], "wait the connection is NOT_REPLICATED"),
            ("HALF_WAY", [Self.engine("SUCCEEDED")], "wait the connection is HALF_WAY"),
            ("NOT_REPLICATED", [Self.engine("FAILED")], "failed replication failed on 10.0.0.2"),
        ] {
            let status = ClusterStatus(nodes: engines, replicatedAt: Self.before, isReplicationRequired: true)
            #expect(Self.words(status.progress(ofSaved: push, state)).hasPrefix(outcome), "\(state), \(engines)")
        }
    }

    @Test func `times are read as the API writes them, to the second, and nothing else is a time`() {
        for text in [
            "2027-01-15T08:00:00Z", "2027-01-15T08:00:00.000Z", "2027-01-15T08:00:00.999999Z",
            "2027-01-15T09:30:00.5+01:30", "2027-01-15T04:00:00-0400",
        ] {
            #expect(Timestamp(console: text) == Self.saved, "\(text)")
        }
        for text in [
            "", "2027-01-15", "2027-01-15T08:00:00", "2027-01-15T08:00:00.Z", "2027-01-15T08:00:00+1:00",
            "2027-01-15T08:00:00+25:00", "2027-02-30T08:00:00Z", "2027-01-15T08:00:00Z ", "2027-01-15T08:00:00+01:3x",
        ] {
            #expect(Timestamp(console: text) == nil, "\(text)")
        }
    }
}

/// What is asked of the console, and what its answers mean.
@Suite struct ClusterTests {
    private static let engines = """
        {"nodes":[{"address":"10.0.0.1","mode":"CLUSTERED_CONSOLE","replicationStatus":"OUT_OF_DATE"},
        {"address":"10.0.0.2","mode":"CLUSTERED_ENGINE","replicationStatus":"SUCCEEDED",
        "configurationTimestamp":"2027-01-15T08:00:01.000Z"}],"lastReplicationTime":"2027-01-15T08:00:01.000Z",
        "replicationRequired":false,"mixedMode":false}
        """
    private static let push = FollowedPush(savedAt: Timestamp(unixSeconds: 1_800_000_000), age: 1, isAsked: true)

    /// A console in a cluster. `nil` for a path that it does not have.
    private static func console(
        settings: String? = #"{"replicateConnectionsOnSave":true}"#, connection: String = "{}",
        version: String = "12.1.0.5"
    ) -> ScriptedConsole {
        ScriptedConsole { call, _ in
            switch call {
            case "GET /version": .json(#"{"version":"\#(version)"}"#)
            case "GET /cluster/status": .json(engines)
            case "GET /cluster/settings": settings.map { .json($0) } ?? .json("{}", 404)
            case "GET /idp/spConnections/c": .json(connection)
            default: .json("{}", 404)
            }
        }
    }

    private static func progress(
        _ console: ScriptedConsole, _ policy: ReplicationMode
    ) async throws(ConsoleFailure) -> ReplicationProgress {
        let access: ConsoleAccess
        do { access = try .planted() } catch { throw ConsoleFailure(.needsFix, .mismatch, detail: "\(error)") }
        return try await ConsoleSession(access, over: console).progress(of: "c", by: policy, push)
    }

    @Test func `a full replication does not depend on the settings, and a check requests none`() async throws {
        let console = Self.console(settings: nil)
        #expect(try await Self.progress(console, .full) == .done)
        #expect(console.calls == ["GET /cluster/status"])
        #expect(try await Self.progress(console, .none) == .done)
        #expect(console.calls.count == 1)
    }

    @Test func `the connection is asked where it is replicated as it is saved`() async throws {
        let console = Self.console(connection: #"{"replicationStatus":"REPLICATED"}"#)
        #expect(try await Self.progress(console, .onSave) == .done)
        #expect(!console.calls.contains { $0.hasPrefix("POST") })
    }

    @Test func `a console that cannot replicate on save, or does not, is reported in words of replication`()
        async throws
    {
        let old = await failure { () throws(ConsoleFailure) in
            try await Self.progress(Self.console(settings: nil, version: "11.3.2"), .onSave)
        }
        #expect(old?.cause == .replication && old?.disposition == .needsFix)
        #expect(old?.description.contains("PingFederate 11.3.2 cannot replicate connections") == true)
        let off = await failure { () throws(ConsoleFailure) in
            try await Self.progress(Self.console(settings: "{}"), .onSave)
        }
        #expect(off?.cause == .replication && off?.disposition == .needsFix)
        for failure in [old, off] {
            #expect(failure?.advice?.contains("keyturn target set NAME --replicate full") == true)
        }
    }

    @Test(arguments: [401, 403, 404, 500])
    func `403 without a body says that there is no cluster, and nothing else does`(status: Int) async throws {
        #expect(try await Self.progress(ScriptedConsole { _, _ in .json("", 403) }, .onSave) == .done)
        for body in ["{}", #"{"resultId":"forbidden","message":"not for you"}"#, "<html>"] {
            let failure = await failure { () throws(ConsoleFailure) in
                try await Self.progress(ScriptedConsole { _, _ in .json(body, status) }, .full)
            }
            #expect(failure?.status == status && failure?.cause != .replication)
            if status == 403 { #expect(failure?.cause == .forbidden && failure?.advice?.contains("role") == true) }
        }
    }

    @Test func `a replication is requested without a body`() async throws {
        let console = ScriptedConsole { _, _ in .json(#"{"resultId":"ok"}"#) }
        try await ConsoleSession(.planted(), over: console).replicate()
        let request = try #require(console.requests.first)
        #expect(console.calls == ["POST /cluster/replicate"] && request.body == nil && !request.isRepeatable)
        let names = request.headers.map(\.name)
        #expect(!names.contains("Content-Type") && names.contains("X-XSRF-Header"))
        #expect(request.headers.first { $0.name == "Content-Length" }?.value.text == "0")
    }
}
