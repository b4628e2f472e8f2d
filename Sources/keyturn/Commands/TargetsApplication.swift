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
    func run(_ plan: ObjectsPlan, _ secrets: [SecretKey: SecretBox]) throws {
        let changes = plan.changes.filter { $0.kind == .target }
        guard !changes.isEmpty else { return }
        let known: ObjectsDocument = try common.admin.send(.get, "/v1/objects").document()
        var failures: [CommandFailure] = []
        for change in changes {
            do {
                try make(change, known, secrets[SecretKey(kind: .target, name: change.name)])
            } catch {
                let failure = (error as? ClientError).map { CommandFailure($0) } ?? error as? CommandFailure
                let detail = failure?.advice?.detail ?? "an unexpected error"
                failures.append(
                    CommandFailure(
                        failure?.status ?? .internal, "target '\(change.name)': \(detail)", try: failure?.advice?.hint))
            }
        }
        guard let first = failures.first else { return }
        // All but the last message are printed here; what is done stays done.
        for failure in failures.dropFirst() { if let advice = failure.advice { complain("keyturn: \(advice)") } }
        let rest = changes.count - failures.count
        throw CommandFailure(
            ExitStatus.worst(of: failures.map(\.status)),
            "\(first.advice?.detail ?? ""); everything else was done\(rest > 0 ? ", with \(counted(rest, "other target"))" : "")",
            try: first.advice?.hint ?? "repeat the command")
    }

    private func make(_ change: ObjectsPlan.Change, _ known: ObjectsDocument, _ secret: SecretBox?) throws {
        guard change.action != .remove else {
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
