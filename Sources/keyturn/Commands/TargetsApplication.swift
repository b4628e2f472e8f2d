import Domain
import SecretMemory
import SocketAPI
import Terminal

/// Makes the changes of push targets, one after the other: each is tried at its console, and saved if that accepts it.
struct TargetsApplication {
    let objects: ObjectsDocument
    let verify: Bool
    let common: CommonOptions

    /// Tries all of them, whatever becomes of one.
    /// - Returns: the changes, each with its failure, and what to say of the failures.
    func run(
        _ plan: ObjectsPlan, _ secrets: [SecretKey: SecretBox]
    ) throws -> (changes: [ObjectsPlan.Change], failure: CommandFailure?) {
        var changes = plan.changes
        guard changes.contains(where: { $0.kind == .target }) else { return (changes, nil) }
        let known: ObjectsDocument = try common.admin.send(.get, "/v1/objects").document()
        var failures: [CommandFailure] = []
        for (index, change) in changes.enumerated() where change.kind == .target {
            do {
                try make(change, known, secrets[SecretKey(kind: .target, name: change.name)])
            } catch {
                let failure = (error as? ClientError).map { CommandFailure($0) } ?? error as? CommandFailure
                let detail = failure?.advice?.detail ?? "an unexpected error"
                changes[index].failure = detail
                failures.append(
                    CommandFailure(
                        failure?.status ?? .internal, "target '\(change.name)': \(detail)", try: failure?.advice?.hint))
            }
        }
        guard let first = failures.first else { return (changes, nil) }
        // All but the last message are printed here; what is done stays done.
        for failure in failures.dropFirst() { if let advice = failure.advice { complain("keyturn: \(advice)") } }
        let last = CommandFailure(
            ExitStatus.worst(of: failures.map(\.status)), first.advice?.detail,
            try: first.advice?.hint ?? "repeat the command")
        return (changes, last)
    }

    private func make(_ change: ObjectsPlan.Change, _ known: ObjectsDocument, _ secret: SecretBox?) throws {
        guard change.action != .remove else {
            // It went with its app.
            guard known.targets.contains(where: { $0.name == change.name }) else { return }
            let answer = try common.admin.send(.delete, "/v1/targets/\(change.name)")
            if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
            return
        }
        guard let wanted = objects.targets.first(where: { $0.name == change.name }) else { return }
        let answer: Answer
        if change.action == .add {
            guard let secret, let draft = wanted.draft(secret: secret, verify: verify) else { return }
            answer = try common.admin.send(.post, "/v1/targets", body: draft.render(), within: .seconds(300))
        } else {
            guard let known = known.targets.first(where: { $0.name == change.name }) else { return }
            let patch = wanted.patch(of: known, secret: secret, verify: verify)
            guard !patch.changes.isEmpty else { return }
            answer = try common.admin.send(
                .patch, "/v1/targets/\(change.name)", body: patch.render(), within: .seconds(300))
        }
        if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
    }
}
