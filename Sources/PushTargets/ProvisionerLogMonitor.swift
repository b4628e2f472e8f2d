import Domain
import PingFederate
import SecretMemory
import System
import Vault

/// Reads PingFederate's own log for targets that have one, and records whether provisioning works after a push.
package actor ProvisionerLogMonitor {
    private let vault: Vault
    private let time: any TimeSource
    private var tails: [String: LogTail] = [:]
    private var isReading = false
    private var next = 0

    /// In seconds.
    static let pause = 5

    package init(_ pusher: TargetPusher) {
        vault = pusher.vault
        time = pusher.time
    }

    /// Starts the reads that are due; call it once a second. Returns without waiting for them.
    package func poll() {
        let now = time.now.boot
        guard !isReading, now >= next else { return }
        let entries = vault.catalog.targets.filter { $0.target.provisionerLog != nil }
        tails = tails.filter { id, _ in entries.contains { $0.target.id == id } }
        next = now + Self.pause
        guard !entries.isEmpty else { return }
        isReading = true
        Task {
            for entry in entries { await self.read(entry) }
            self.isReading = false
        }
    }

    private func read(_ entry: TargetEntry) async {
        guard let log = entry.target.provisionerLog else { return }
        let tail = tails[entry.target.id].flatMap { $0.path == log.path ? $0 : nil } ?? LogTail(path: log.path)
        tails[entry.target.id] = tail
        let now = time.now.wall
        var lines: [String] = []
        var trouble: String?
        do { lines = try await offThePool { try tail.lines(longest: ProvisionerEvent.longest) } } catch {
            trouble = (error as? LogTail.Trouble)?.reason ?? "\(error)"
        }
        guard let entry = vault.catalog.target(entry.target.name), entry.target.provisionerLog == log else { return }
        var found = entry.provisioning ?? Provisioning(since: now)
        if let pushed = entry.delivery.pushedAt, pushed > found.since {
            // Some of these lines may be from before the push.
            (found, lines) = (Provisioning(since: pushed), [])
        }
        found.unreadable = trouble
        var last: ProvisionerEvent?
        for event in lines.compactMap({ ProvisionerEvent($0) }) where log.channel ?? event.channel == event.channel {
            if event.hasSucceeded {
                found.succeed()
            } else {
                found.fail()
                last = event
            }
        }
        // Searching for secrets takes far longer than reading a line, and only one failure is shown.
        if let last { found.failure = .init(at: now, cause: last.cause(withholding: secrets(of: entry.target))) }
        vault.catalog.record(found, of: entry.target)
    }

    private func secrets(of target: PushTarget) -> [SecretBox] {
        let entry = vault.catalog.app(of: target)
        let secrets = [entry?.credential.clientSecret, entry?.previous?.clientSecret, entry?.token?.token.accessToken]
        return secrets.compactMap(\.self)
    }
}
