import Domain
import Glibc
import System
package import Vault

/// Replaces a vault's file in one step: at any moment either the old or the new vault opens, each with its own
/// journals.
///
/// Once the replacement is decided, the new file waits under a name of its own. The next opening of the vault completes
/// it (``finish()``). The vault's lock must be held throughout.
package struct Replacement {
    private let path: String
    private var next: String { path + ".restored" }
    private var directory: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    /// The new file before the replacement is decided.
    private var draft: String { directory + "/replacing" }
    private static let suffixes = ["", "-wal", "-shm", "-journal"]

    package init(of path: String) { self.path = path }

    /// Whether a replacement was decided and not completed.
    package var isPending: Bool { unsafe access(next, F_OK) == 0 }

    /// Puts a complete, synced file in the vault's place.
    /// - Returns: the directory that now contains the old files; `nil` when there were none.
    package func replace(with file: String) throws(StoreError) -> String? {
        do throws(StoreError) {
            let isThere = try moveAside()
            try rename(file, next)
            do throws(StoreError) { try syncName(of: next) } catch {
                // Otherwise a later opening would complete it, although this call reports a failure.
                unsafe unlink(next)
                throw error
            }
            let aside = try finish()
            return isThere ? aside : nil
        } catch {
            if !isPending { sweep() }
            throw error
        }
    }

    /// Completes a decided replacement. Otherwise does nothing.
    @discardableResult
    package func finish() throws(StoreError) -> String? {
        guard isPending else { return nil }
        let aside = try nameAside()
        for suffix in Self.suffixes.dropFirst() where unsafe unlink(path + suffix) != 0 && errno != ENOENT {
            throw StoreError(systemCall: "cannot remove \(path + suffix)", errno)
        }
        // A journal that reappeared after a power cut would be mistaken for the new file's.
        try syncName(of: path)
        try rename(next, path)
        try syncName(of: path)
        return aside
    }

    /// Moves the vault's file and its journals into a directory of their own.
    /// - Returns: that directory; `nil` when there were no files.
    package func clear(as name: String) throws(StoreError) -> String? {
        guard try moveAside() else { return nil }
        let aside = try nameAside(name)
        // The file first: its journals alone open nothing, and have second names.
        for suffix in Self.suffixes where unsafe unlink(path + suffix) != 0 && errno != ENOENT {
            throw StoreError(systemCall: "cannot remove \(path + suffix)", errno)
        }
        try syncName(of: path)
        return aside
    }

    private func rename(_ path: String, _ name: String) throws(StoreError) {
        try StoreError.wrapping { () throws(SystemError) in try Files.rename(path, to: name) }
    }

    // MARK: Old files

    /// Links all existing files under second names, or copies them where the file system has no links.
    /// - Returns: whether there were any files.
    private func moveAside() throws(StoreError) -> Bool {
        sweep()
        let names = Self.suffixes.map { path + $0 }.filter { unsafe access($0, F_OK) == 0 }
        guard !names.isEmpty else { return false }
        guard unsafe mkdir(draft, 0o700) == 0 else {
            throw StoreError(systemCall: "cannot create a directory for the old files", errno)
        }
        for name in names {
            let second = draft + "/" + (name.split(separator: "/").last ?? "")
            if unsafe link(name, second) == 0 { continue }
            guard [EPERM, EOPNOTSUPP, EMLINK, ENOSYS].contains(errno) else {
                throw StoreError(systemCall: "cannot move \(name) aside", errno)
            }
            try VaultCopy.copy(name, to: second)
        }
        try syncName(of: draft + "/.")
        return true
    }

    /// Before the decision, these are only second names of existing files.
    private func sweep() {
        let name = path.split(separator: "/").last ?? ""
        for suffix in Self.suffixes { unsafe unlink("\(draft)/\(name)\(suffix)") }
        unsafe rmdir(draft)
    }

    private func nameAside(_ prefix: String = "replaced") throws(StoreError) -> String? {
        var status = stat()
        guard unsafe stat(draft, &status) == 0 else { return nil }
        let stamp = Timestamp(unixSeconds: status.st_mtim.tv_sec).description.filter { $0 != "-" && $0 != ":" }
        for number in 0...999 {
            let name = "\(directory)/\(prefix)-\(stamp)" + (number == 0 ? "" : "-\(number)")
            guard unsafe access(name, F_OK) != 0 else { continue }
            try rename(draft, name)
            try syncName(of: name)
            return name
        }
        throw StoreError(.library, "there are too many directories like \(prefix)-\(stamp)")
    }
}
