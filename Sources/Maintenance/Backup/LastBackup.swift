package import Domain
import Glibc
package import SecretJSON
package import SocketAPI

/// The newest verified backup: `last-backup.json` in the state directory, so that missing backups are noticed. It
/// concerns this host, and so is not in the vault, which a restore brings from elsewhere.
package struct LastBackup: Equatable, ListedDocument {
    package let file: String
    package let takenAt: Timestamp

    package init(file: String, takenAt: Timestamp) { (self.file, self.takenAt) = (file, takenAt) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        file = try members("file", \.file)
        takenAt = try members("taken_at", \.takenAt)
    }

    private static func file(_ paths: Paths) -> StateFile {
        StateFile(path: paths.lastBackup, largest: 64 << 10, what: "the last backup")
    }

    /// `nil` when none is known.
    package static func known(_ paths: Paths) -> LastBackup? {
        guard let content = try? file(paths).read() else { return nil }
        return try? LastBackup(parsing: content)
    }

    /// A failure to record it does not make the backup bad.
    func record(_ paths: Paths) { try? Self.file(paths).write(render()) }
}
