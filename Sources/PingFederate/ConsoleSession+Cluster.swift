package import Domain
import HTTPTransport
import SecretJSON
import SecretMemory

extension ConsoleSession {
    /// Returns the nodes of the cluster; `nil` on a standalone console, which answers this call with 403 and no other.
    /// [doc]
    package func clusterStatus() async throws(ConsoleFailure) -> ClusterStatus? {
        let request = try request(.get, "/cluster/status")
        var party = party
        party.call = .replication
        let answer: HTTPResponse
        do { answer = try await transport.send(request) } catch { throw ConsoleFailure(error, of: party) }
        switch answer.status {
        case 200...299: break
        case 403 where answer.body.bytes.count == 0: return nil
        case 403:
            let words = ConsoleFailure(answer, of: party, withholding: secrets).detail
            throw ConsoleFailure(
                .needsFix, .forbidden, status: 403, detail: words ?? "it does not show the cluster's status", of: party,
                advice: "give the account the role Admin in PingFederate; on a standalone console: "
                    + "keyturn target set NAME --replicate none")
        case 404:
            throw ConsoleFailure(
                .needsFix, .unexpectedAnswer, status: 404, detail: "the console has no /cluster/status", of: party)
        default: throw ConsoleFailure(answer, of: party, withholding: secrets)
        }
        return try read(answer) { json throws(UnusableAnswer) in ClusterStatus(json) }
    }

    /// Whether saving a connection replicates it to the engines; `nil` on a console that cannot do that. The path
    /// exists since PingFederate 12.0. [doc]
    package func replicatesOnSave() async throws(ConsoleFailure) -> Bool? {
        do {
            return try await get("/cluster/settings") { json throws(UnusableAnswer) in
                json.member("replicateConnectionsOnSave", of: json.root).flatMap { try? json.bool($0) } ?? false
            }
        } catch  where error.status == 404 {
            return nil
        }
    }

    /// Throws unless the console replicates connections when they are saved.
    package func requireReplicationOnSave() async throws(ConsoleFailure) {
        guard let isOn = try await replicatesOnSave() else {
            throw ConsoleFailure(
                .needsFix, .replication,
                detail: "PingFederate \(try await version()) cannot replicate connections when they are saved (that "
                    + "needs 12.0): its engines would keep the old secret",
                advice: "keyturn target set NAME --replicate full replicates all pending changes after each "
                    + "push; --replicate none leaves replication to somebody else")
        }
        guard isOn else {
            throw ConsoleFailure(
                .needsFix, .replication,
                detail: "the console does not replicate connections when they are saved: its engines would keep the "
                    + "old secret",
                advice: "enable that in Cluster Management, or keyturn target set NAME --replicate full, which "
                    + "replicates all pending changes after each push")
        }
    }

    /// Replicates all pending changes to the engines, including those of other people. The call has no body. [doc]
    package func replicate() async throws(ConsoleFailure) {
        _ = try await send(try request(.post, "/cluster/replicate"))
    }

    package func progress(
        of id: String, by policy: ReplicationMode, _ push: FollowedPush
    ) async throws(ConsoleFailure) -> ReplicationProgress {
        guard policy != .none, let status = try await clusterStatus() else { return .done }
        guard policy == .onSave else { return status.progress(ofAll: push) }
        try await requireReplicationOnSave()
        return status.progress(ofSaved: push, try await connection(id).replicationStatus)
    }
}
