import HTTPTransport
import PingFederate
import TestSupport
import Testing

@Suite struct ClusterTests {
    struct Row: Sendable {
        var policy: ReplicationPolicy
        /// Of the engine; `nil` on a console that stands alone.
        var node: String? = "SUCCEEDED"
        var onSave = false
        var connection: String? = nil
        var asked = false
        var outcome: String
    }

    private static let rows: [Row] = [
        Row(policy: .none, outcome: "done"),
        Row(policy: .onSave, node: nil, outcome: "done"), Row(policy: .full, node: nil, outcome: "done"),
        Row(policy: .onSave, outcome: "mend"),
        Row(policy: .full, outcome: "ask"), Row(policy: .full, asked: true, outcome: "done"),
        Row(policy: .full, node: "RETRIEVING", asked: true, outcome: "wait"),
        Row(policy: .full, node: "APPLYING", asked: true, outcome: "wait"),
        Row(policy: .full, node: "OUT_OF_DATE", asked: true, outcome: "wait"),
        Row(policy: .full, node: "FAILED", asked: true, outcome: "failed"),
        Row(policy: .onSave, onSave: true, connection: "REPLICATED", outcome: "done"),
        // Other people's changes wait: ours is through.
        Row(policy: .onSave, node: "OUT_OF_DATE", onSave: true, connection: "REPLICATED", outcome: "done"),
        Row(policy: .onSave, node: "APPLYING", onSave: true, connection: "PENDING", outcome: "wait"),
        Row(policy: .onSave, node: "FAILED", onSave: true, connection: "PENDING", outcome: "failed"),
        Row(policy: .full, node: "APPLYING", onSave: true, connection: "PENDING", outcome: "wait"),
        Row(policy: .onSave, node: "RETRIEVING", onSave: true, outcome: "wait"),
    ]

    @Test("how far a connection is, by policy and by what the cluster says", arguments: rows)
    func progress(row: Row) async throws {
        let console = ScriptedConsole { call, _ in
            switch call {
            case "GET /cluster/status":
                row.node.map { state in
                    .json(
                        #"{"nodes":[{"address":"10.0.0.1","mode":"CLUSTERED_CONSOLE"},{"address":"10.0.0.2","replicationStatus":"\#(state)"}]}"#
                    )
                } ?? .json("{}", 403)
            case "GET /cluster/settings": .json(#"{"replicateConnectionsOnSave":\#(row.onSave)}"#)
            case "GET /idp/spConnections/c":
                .json(row.connection.map { #"{"replicationStatus":"\#($0)"}"# } ?? "{}")
            default: .json("{}", 404)
            }
        }
        let session = try await ConsoleSession(.planted(), over: console)
        let outcome: String
        do throws(ConsoleFailure) {
            switch try await session.progress(of: "c", by: row.policy, asked: row.asked) {
            case .done: outcome = "done"
            case .toAsk: outcome = "ask"
            case .underWay: outcome = "wait"
            case .failed: outcome = "failed"
            }
        } catch {
            outcome = error.disposition == .mend && error.cause == .replication ? "mend" : "\(error)"
        }
        #expect(outcome == row.outcome)
        #expect(!console.calls.contains { $0.hasPrefix("POST") }, "nobody else's changes are pushed by looking")
    }

    @Test("403 says that there is no cluster, and any other trouble does not", arguments: [401, 404, 500])
    func noCluster(status: Int) async throws {
        let console = ScriptedConsole { _, _ in .json("{}", status) }
        let session = try await ConsoleSession(.planted(), over: console)
        let failure = await failure { () throws(ConsoleFailure) in
            try await session.progress(of: "c", by: .onSave, asked: false)
        }
        #expect(failure?.status == status)
    }
}
