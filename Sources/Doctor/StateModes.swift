package import Domain
import Glibc
package import SocketAPI
import System

/// Checks that only the owner of the state directory can read its content.
package struct StateModes {
    private let paths: Paths

    package init(paths: Paths) { self.paths = paths }

    /// Checks everything that Keyturn creates there, and nothing else. A place is relative to the state directory; `.` is
    /// the directory itself.
    package var findings: [Finding] {
        var found: [Finding] = []
        var root = stat()
        guard unsafe lstat(paths.stateDirectory, &root) == 0 else { return [] }
        check(paths.stateDirectory, owner: root.st_uid, &found)
        for name in Self.names(in: paths.stateDirectory) where Self.isOurs(name) {
            let path = paths.stateDirectory + "/" + name
            check(path, owner: root.st_uid, &found)
            for entry in Self.names(in: path) { check(path + "/" + entry, owner: root.st_uid, &found) }
        }
        return found
    }

    /// The vault and the files beside it, the log, the spool, and what a restore moved aside or left.
    static func isOurs(_ name: String) -> Bool {
        ["alerts.json", "audit", "spool", "replacing"].contains(name)
            || ["vault.db", "replaced-", "keyturn-", "last-backup.json"].contains { name.hasPrefix($0) }
    }

    private func check(_ path: String, owner: uid_t, _ found: inout [Finding]) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        let place = path == paths.stateDirectory ? "." : String(path.dropFirst(paths.stateDirectory.count + 1))
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
                    .warning, place, "it belongs to user \(status.st_uid), and the state directory to user \(owner)",
                    try: "chown \(owner) \(path)"))
        }
    }

    /// Empty when it is not a directory.
    static func names(in path: String) -> [String] { (try? Files.names(in: path)) ?? [] }
}
