package import Domain
package import Glibc
import System

/// Checks that only the owner of the state directory can read its content.
package struct StateModes {
    private let directory: String
    private let owner: uid_t?

    /// - Parameters:
    ///   - directory: the state directory.
    ///   - owner: the user to whom everything must belong; `nil` for the directory's own owner.
    package init(in directory: String, owner: uid_t? = nil) { (self.directory, self.owner) = (directory, owner) }

    /// Checks everything that Keyturn creates there, and nothing else. A place is relative to the state directory; `.` is
    /// the directory itself.
    package var findings: [Finding] {
        var found: [Finding] = []
        var root = stat()
        guard unsafe stat(directory, &root) == 0 else { return [] }
        let owner = owner ?? root.st_uid
        check(directory, owner: owner, &found)
        for name in Self.names(in: directory) where Self.isOurs(name) {
            let path = directory + "/" + name
            check(path, owner: owner, &found)
            for entry in Self.names(in: path) { check(path + "/" + entry, owner: owner, &found) }
        }
        return found
    }

    /// The vault and the files beside it, the log, the spool, and what a restore moved aside or left.
    static func isOurs(_ name: String) -> Bool {
        ["alerts.json", "audit", "audit-forward.json", "spool", "store", "replacing"].contains(name)
            || ["vault.db", "replaced-", "keyturn-", "last-backup.json"].contains { name.hasPrefix($0) }
    }

    private func check(_ path: String, owner: uid_t, _ found: inout [Finding]) {
        var status = stat()
        // The directory itself may be a link to another disk.
        guard unsafe (path == directory ? stat(path, &status) : lstat(path, &status)) == 0 else { return }
        let place = path == directory ? "." : String(path.dropFirst(directory.count + 1))
        let kind = status.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else {
            return found.append(
                Finding(.warning, place, "it is neither a file nor a directory", try: "ls -l \(path)"))
        }
        if status.st_mode & 0o077 != 0 {
            let mode = kind == S_IFDIR ? "0700" : "0600"
            found.append(
                Finding(.warning, place, "other users can access it", try: "chmod \(mode) \(path)"))
        }
        if status.st_uid != owner {
            found.append(
                Finding(
                    .warning, place,
                    "it belongs to user \(status.st_uid), and not to user \(owner), who serves the vault",
                    try: "chown \(owner) \(path)"))
        }
    }

    /// Empty when it is not a directory.
    static func names(in path: String) -> [String] { (try? Files.names(in: path)) ?? [] }
}
