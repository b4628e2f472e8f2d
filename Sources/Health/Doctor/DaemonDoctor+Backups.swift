import Domain
import Glibc
import Maintenance
import Scheduling
import SocketAPI
import Vault

/// The doctor's lines about what is only missed in an emergency: backups, alerts, consistent policies.
extension DaemonDoctor {
    /// The shipped timer makes one each night; one night may fail.
    static let longestWithoutBackup = 2 * 86_400

    var backups: Line {
        let last = LastBackup.known(paths)
        var (file, vault) = (stat(), stat())
        var isBeside = false
        if let last, unsafe stat(last.file, &file) == 0, unsafe stat(paths.vault, &vault) == 0 {
            isBeside = file.st_dev == vault.st_dev
        }
        return Self.backups(last, isBesideTheVault: isBeside, now: time.now.wall)
    }

    static func backups(_ last: LastBackup?, isBesideTheVault: Bool, now: Timestamp) -> Line {
        guard let last else {
            return Line(
                .backups, .warning, "no backup of this vault is known: if its disk fails, every secret is lost",
                try: "systemctl enable --now keyturn-backup.timer; without systemd: keyturn backup FILE, each night")
        }
        let words = "the newest is of \(last.takenAt): \(last.file.printable())"
        // Taken while the clock was wrong: it would count as new for years.
        guard last.takenAt - now <= longestWithoutBackup else {
            return Line(
                .backups, .warning, "\(words), which is in the future: its age is unknown",
                try: "once the clock is right: keyturn backup FILE")
        }
        guard now - last.takenAt <= longestWithoutBackup else {
            return Line(
                .backups, .warning, "\(words), \(countdown(now - last.takenAt)) old",
                try: "systemctl status keyturn-backup.timer; or now: keyturn backup FILE")
        }
        guard !isBesideTheVault else {
            return Line(
                .backups, .warning, "\(words), on the vault's file system: if that fails, both are lost",
                try:
                    "use a directory on another disk, or a job that copies backups off this machine and deletes them here"
            )
        }
        return Line(.backups, .passed, words)
    }

    /// A line for each channel.
    /// - Parameter startsPrograms: whether the daemon can still start a command.
    static func alerts(_ channels: [AlertList.Channel], startsPrograms: Bool) -> [Line] {
        guard !channels.isEmpty else {
            return [
                Line(
                    .alerts, .warning, "no alert leaves this host: alerts.channels is not set",
                    try: "set a channel in keyturn.yaml, reload"
                        + (startsPrograms ? "" : " (for a first command: restart keyturnd)")
                        + ", then keyturn alert test")
            ]
        }
        return channels.map { channel in
            let words = "\(channel.name): \(channel.type) to \(channel.receiver), from \(channel.least) on"
            guard let reason = channel.reason else { return Line(.alerts, .passed, words) }
            return Line(
                .alerts, .warning, "\(words): \(channel.undelivered) not accepted: \(reason)",
                try: "keyturn alert test \(channel.name)")
        }
    }

    static func policies(_ apps: [App], most: Int = 20) -> [Line] {
        let found = apps.flatMap { app in
            app.policy.contradictions(of: app.name).map {
                Line(.policies, .warning, "\(app.name): \($0.detail)", try: $0.hint)
            }
        }
        guard !found.isEmpty else { return [Line(.policies, .passed, "no rotation policy contradicts itself")] }
        guard found.count > most else { return found }
        return found.prefix(most) + [
            Line(.policies, .warning, "and \(found.count - most) more", try: "keyturn app list")
        ]
    }
}
