import Domain
import Glibc
import SocketAPI
import System

/// The file for a backup, and the draft beside it. The daemon writes it as its own user: only where other users cannot
/// interfere, through no symbolic links but its own or root's, and over nothing but a backup.
struct BackupTarget {
    private(set) var path: String
    let mayReplace: Bool
    private let isBackup: @Sendable (String) -> Bool
    /// A directory (0700) that only this process writes to, so that nobody can plant a journal beside the draft.
    private var draftDirectory: String { path + ".draft" }
    var draft: String { draftDirectory + "/vault.db" }
    var directory: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }

    /// - Parameters:
    ///   - forbidden: the daemon's own directories, in which no backup is written.
    ///   - isBackup: whether a file begins as a backup does.
    init(
        _ path: String, mayReplace: Bool, forbidden: [String], isBackup: @escaping @Sendable (String) -> Bool
    ) throws(Problem) {
        self.path = path
        self.mayReplace = mayReplace
        self.isBackup = isBackup
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        guard path.hasPrefix("/"), parts.allSatisfy({ !["", ".", ".."].contains($0) }), parts.count > 1,
            !path.utf8.contains(0), path.utf8.count < Int(PATH_MAX) - 32
        else { throw Problem(.badRequest, "the file is not an absolute path without '.', '..' and empty parts") }
        try settle()
        try checkDirectory(forbidden)
        try checkFile()
    }

    /// Resolves the directory's path, if all links on the way and their targets belong to root or the daemon's user: from
    /// then on nobody else can redirect the file.
    private mutating func settle() throws(Problem) {
        do throws(TrustedPath.Distrust) {
            path = try TrustedPath.check(directory) + path[(path.lastIndex(of: "/") ?? path.startIndex)...]
        } catch {
            // Reported when the file is opened.
            guard error.missing == nil else { return }
            throw Problem(
                .conflict, "other users can change files in the backup's directory",
                try: "use a directory that only root and the daemon's user can write to, and its parents too")
        }
    }

    private func checkDirectory(_ forbidden: [String]) throws(Problem) {
        var status = stat()
        guard unsafe stat(directory, &status) == 0 else {
            throw Problem(
                .notFound, "the backup's directory: \(SystemError.words(for: errno))", try: "create the directory first"
            )
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Problem(.conflict, "the backup's directory is not a directory")
        }
        for other in forbidden {
            var own = stat()
            if unsafe stat(other, &own) == 0, own.st_dev == status.st_dev, own.st_ino == status.st_ino {
                throw Problem(
                    .conflict, "the daemon's own files are in that directory",
                    try: "use a separate directory, preferably on another disk")
            }
        }
    }

    private func checkFile() throws(Problem) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw Problem(.storageFailed, "the backup's file: \(SystemError.words(for: errno))")
            }
            return
        }
        guard mayReplace else { throw exists }
        guard status.st_mode & S_IFMT == S_IFREG, isBackup(path) else {
            throw Problem(.conflict, "the existing file is not a backup, and is not replaced", try: "use another name")
        }
    }

    private var exists: Problem {
        Problem(
            .conflict, "\(path) already exists; it was not changed",
            try: "use another name, or --force to replace a backup")
    }

    /// Creates the draft's directory, or empties one that a killed backup left.
    func begin() throws(Problem) {
        if unsafe mkdir(draftDirectory, 0o700) == 0 { return }
        var status = stat()
        guard errno == EEXIST, unsafe lstat(draftDirectory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
            status.st_uid == geteuid(), status.st_mode & 0o777 == 0o700
        else {
            let reason = errno
            throw Problem(
                reason == EACCES || reason == EPERM ? .notPermitted : .storageFailed,
                "the daemon's user cannot write there: \(SystemError.words(for: reason))",
                try: "use a directory that the daemon's user can write to; under systemd, one of ReadWritePaths=")
        }
        sweep()
        guard unsafe mkdir(draftDirectory, 0o700) == 0 else {
            throw Problem(.storageFailed, "there already is a file with the draft's name", try: "use another name")
        }
    }

    func sweep() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unsafe unlink(draft + suffix) }
        unsafe rmdir(draftDirectory)
    }

    /// Gives the draft its final name.
    func publish() throws(Problem) {
        // A hard link fails if the name exists, which a rename does not guarantee. Some file systems have no hard links.
        if !mayReplace, unsafe link(draft, path) != 0 {
            guard errno != EEXIST else { throw exists }
            try checkFile()
        }
        do throws(SystemError) { try Files.rename(draft, to: path) } catch {
            throw Problem(.storageFailed, "the backup could not be given its name: \(error.words)")
        }
        do throws(SystemError) { try Files.syncDirectory(directory) } catch {
            throw Problem(.storageFailed, "the backup's name is not on the disk: \(error.words)")
        }
    }
}
