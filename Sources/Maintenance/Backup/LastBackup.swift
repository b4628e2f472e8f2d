package import Domain
import Glibc
package import SecretJSON
package import SocketAPI

/// The newest backup that was read again and found good: `last-backup.json` in the state directory, so that somebody notices
/// when none is made any more. It is about this machine and not of the vault, which a restore brings back from elsewhere.
package struct LastBackup: Equatable, ListedDocument {
    package let file: String
    package let takenAt: Timestamp

    package init(file: String, takenAt: Timestamp) { (self.file, self.takenAt) = (file, takenAt) }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        file = try members("file", \.file)
        takenAt = try members("taken_at", \.takenAt)
    }

    private static func file(_ places: Places) -> StateFile {
        StateFile(path: places.lastBackup, largest: 64 << 10, what: "the last backup")
    }

    /// `nil` when none is known.
    package static func known(_ places: Places) -> LastBackup? {
        guard let content = try? file(places).read() else { return nil }
        return try? LastBackup(parsing: content)
    }

    /// A backup is good whether this can be noted or not.
    func note(_ places: Places) { try? Self.file(places).write(render()) }
}
