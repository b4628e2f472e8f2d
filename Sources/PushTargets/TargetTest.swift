import Domain
import HTTPTransport
package import PingFederate
import SecretMemory
package import SocketAPI
package import Vault

/// A dry run against the live console: makes all checks of a push, and changes nothing.
package struct TargetTest {
    private let pusher: TargetPusher

    package init(_ pusher: TargetPusher) { self.pusher = pusher }

    package func run(_ entry: TargetEntry, _ app: App) async -> CheckResults {
        await inspect(entry, app) { await drift(entry, app) }.verification
    }

    /// Tests a target that is not stored in this form.
    /// - Parameter drift: the text about drift, which is not checked.
    package func attempt(
        _ target: PushTarget, _ app: App, drift: CheckResult
    ) async -> (verification: CheckResults, failure: ConsoleFailure?) {
        await inspect(TargetEntry(target: target), app) { drift }
    }

    private func inspect(
        _ entry: TargetEntry, _ app: App, drift: () async -> CheckResult
    ) async -> (verification: CheckResults, failure: ConsoleFailure?) {
        var checks: [CheckResult] = []
        var failure: ConsoleFailure?
        do throws(ConsoleFailure) {
            try TargetCertificates(entry.target).check(now: pusher.time.now.wall)
            let console = try await ConsoleSession(entry.target.access(), over: pusher.transport)
            checks.append(.init(.console, .passed, "PingFederate \(try await console.version()) accepts the login"))
            let connection = try await console.connection(entry.target.connection)
            checks.append(try change(connection, entry, app))
            checks.append(await drift())
            checks.append(await replication(console, entry))
        } catch {
            failure = error
            let names: [CheckName] = [.console, .connection, .drift, .replication]
            checks.append(.init(names[min(checks.count, 3)], .failed, "\(error)", try: hint(error, entry.target)))
            for name in names.dropFirst(checks.count) { checks.append(.init(name, .skipped, "not checked")) }
        }
        return (CheckResults(checks), failure)
    }

    /// For a target that is not stored yet, without its name.
    private func hint(_ failure: ConsoleFailure, _ target: PushTarget) -> String {
        failure.hint(of: pusher.vault.catalog.target(target.name).map { _ in target.name.description })
    }

    private func change(
        _ connection: SPConnection, _ entry: TargetEntry, _ app: App
    ) throws(ConsoleFailure) -> CheckResult {
        let fields = entry.target.fields
        _ = try connection.replacing(fields.names.map { FieldChange($0, SecretBox(SecretBytes(copying: ""))) })
        guard
            connection.encryptedNames.contains(fields.clientSecret) || connection.value(of: fields.clientSecret) == nil
        else {
            throw ConsoleFailure(
                .needsFix, .mismatch,
                detail: "the console does not keep '\(fields.clientSecret)' encrypted: it is not for a secret")
        }
        let others = pusher.vault.catalog.targetsBeside(entry.target).map { "'\($0.target.name)'" }
        let beside = others.isEmpty ? "" : "; same connection as target \(others.joined(separator: ", "))"
        return .init(
            .connection, .passed,
            "a push would set \(fields.names.map { "'\($0)'" }.joined(separator: ", ")) of '\(connection.name ?? entry.target.connection)' and nothing else"
                + (fields.accountID == nil
                    ? "; it has no setting for the account ID: a push leaves its token URL alone" : "") + beside
        )
    }

    /// Saves the result, like the hourly check.
    private func drift(_ entry: TargetEntry, _ app: App) async -> CheckResult {
        guard entry.delivery.generation != nil || entry.delivery.known != nil else {
            return .init(.drift, .skipped, "nothing was pushed yet", try: "keyturn target push \(entry.target.name)")
        }
        switch await pusher.lookForChange(entry.target, app, patience: TargetPusher.patience) {
        case .same(let basis): return .init(.drift, .passed, basis.words)
        case .changed(let drift):
            return .init(.drift, .failed, drift.words, try: TargetHint.changed(entry.target.name, drift))
        case .unseen(let reason): return .init(.drift, .skipped, "unknown: \(reason)")
        case .busy:
            return .init(
                .drift, .skipped, "the target is being pushed to", try: "keyturn target test \(entry.target.name)")
        }
    }

    private func replication(_ console: ConsoleSession, _ entry: TargetEntry) async -> CheckResult {
        let target = entry.target
        guard target.replication != .none else {
            return .init(.replication, .skipped, "Keyturn does not replicate this target, as configured")
        }
        do throws(ConsoleFailure) {
            guard let cluster = try await console.clusterStatus() else {
                return .init(.replication, .passed, "the console is standalone")
            }
            if target.replication == .onSave { try await console.requireReplicationOnSave() }
            guard !cluster.engines.isEmpty else {
                return .init(
                    .replication, .failed, "\(ClusterStatus.noEngine); a rotation would wait for one",
                    try: "start the engines, and see that Cluster Management in the console lists them")
            }
            let words = cluster.behind.isEmpty ? "all up to date" : cluster.behind.joined(separator: ", ")
            // A node may be out of date for a moment after each save; one without the pushed values has an old secret.
            if !cluster.behind.isEmpty, entry.delivery.inUse != entry.delivery.generation {
                return .init(
                    .replication, .failed, "its engines have not confirmed the push: \(words)",
                    try: "wait for a node that is about to replicate; one that is permanently out of service: "
                        + "remove it from the cluster, or bring it back")
            }
            guard target.replication == .full else {
                return .init(.replication, .passed, "replicated when it is saved; \(words)")
            }
            return .init(.replication, .passed, "a push would replicate all pending changes; \(words)")
        } catch {
            return .init(.replication, .failed, "\(error)", try: hint(error, entry.target))
        }
    }
}
