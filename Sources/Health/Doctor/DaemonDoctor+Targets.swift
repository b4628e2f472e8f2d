import Domain
import PushTargets
import SocketAPI
import Vault

extension DaemonDoctor {
    /// The most targets to check, since they are checked one after the other.
    private static let mostTargets = 20

    /// Whether each console accepts the login and has what a push needs. Changes nothing there.
    func targets(_ pusher: TargetPusher, _ catalog: Catalog) async -> [CheckResult] {
        let entries = catalog.targets.prefix(Self.mostTargets)
        return await withTaskGroup(of: CheckResult?.self) { group in
            for entry in entries {
                guard let app = catalog.app(of: entry.target)?.app else { continue }
                group.addTask {
                    let tested = await TargetTest(pusher).run(entry, app)
                    let name = entry.target.name
                    // The status reports changes by others.
                    guard let failed = tested.checks.first(where: { $0.outcome == .failed && $0.check.known != .drift })
                    else {
                        return .init(.target, .passed, "'\(name)' is ready for a push")
                    }
                    return .init(
                        .target, .failed, "'\(name)', \(failed.check): \(failed.detail)",
                        try: failed.hint ?? "keyturn target test \(name)")
                }
            }
            var lines: [CheckResult] = []
            for await line in group { if let line { lines.append(line) } }
            return lines.sorted { $0.detail < $1.detail }
        }
    }
}
