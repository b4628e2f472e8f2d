import Domain
import Glibc
package import Vault

/// A vault's file that takes the place of another one, in one step: at any moment either of them opens, each with its own
/// journals and never with the other's.
///
/// The new file waits under a name of its own from the moment on at which it is to be the vault. Who opens the vault then
/// ends what was begun (``finish()``). All of this under the vault's lock.
package struct Replacement {
    private let path: String
    private var next: String { path + ".restored" }
    private var directory: String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
    /// Of the files that are there, before it is sure that they are to be replaced.
    private var draft: String { directory + "/replacing" }
    private static let suffixes = ["", "-wal", "-shm", "-journal"]

    package init(of path: String) { self.path = path }

    /// Whether somebody decided on it and was killed before it was done.
    package var isPending: Bool { unsafe access(next, F_OK) == 0 }

    /// Puts a file that is whole, and on the disk, in the vault's place.
    /// - Returns: the directory in which there is now what was there; `nil` when nothing was.
    package func replace(with file: String) throws(StoreError) -> String? {
        do throws(StoreError) {
            let isThere = try keepAside()
            guard unsafe rename(file, next) == 0 else { throw StoreError(systemCall: "cannot rename \(file)", errno) }
            do throws(StoreError) { try syncDirectory(of: next) } catch {
                // Not to be taken up by somebody after this was said to have failed.
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

    /// Ends what was decided. Does nothing otherwise.
    @discardableResult
    package func finish() throws(StoreError) -> String? {
        guard isPending else { return nil }
        let aside = try nameAside()
        for suffix in Self.suffixes.dropFirst() where unsafe unlink(path + suffix) != 0 && errno != ENOENT {
            throw StoreError(systemCall: "cannot remove \(path + suffix)", errno)
        }
        // A journal that came back with the next power cut would be taken for the new file's.
        try syncDirectory(of: path)
        guard unsafe rename(next, path) == 0 else {
            throw StoreError(systemCall: "cannot give the vault its name", errno)
        }
        try syncDirectory(of: path)
        return aside
    }

    // MARK: What was there

    /// Second names of all files that are there; copies, where the file system has no second names.
    /// - Returns: whether anything is there.
    private func keepAside() throws(StoreError) -> Bool {
        sweep()
        let names = Self.suffixes.map { path + $0 }.filter { unsafe access($0, F_OK) == 0 }
        guard !names.isEmpty else { return false }
        guard unsafe mkdir(draft, 0o700) == 0 else {
            throw StoreError(systemCall: "cannot make a directory for what is there", errno)
        }
        for name in names {
            let second = draft + "/" + (name.split(separator: "/").last ?? "")
            if unsafe link(name, second) == 0 { continue }
            guard [EPERM, EOPNOTSUPP, EMLINK, ENOSYS].contains(errno) else {
                throw StoreError(systemCall: "cannot keep \(name)", errno)
            }
            try VaultCopy.copy(name, to: second)
        }
        try syncDirectory(of: draft + "/.")
        return true
    }

    /// Until it is decided these are names of files that have another one.
    private func sweep() {
        let name = path.split(separator: "/").last ?? ""
        for suffix in Self.suffixes { unsafe unlink("\(draft)/\(name)\(suffix)") }
        unsafe rmdir(draft)
    }

    private func nameAside() throws(StoreError) -> String? {
        var status = stat()
        guard unsafe stat(draft, &status) == 0 else { return nil }
        let stamp = Timestamp(unixSeconds: status.st_mtim.tv_sec).description.filter { $0 != "-" && $0 != ":" }
        for number in 0...999 {
            let name = "\(directory)/replaced-\(stamp)" + (number == 0 ? "" : "-\(number)")
            guard unsafe access(name, F_OK) != 0 else { continue }
            guard unsafe rename(draft, name) == 0 else {
                throw StoreError(systemCall: "cannot name what was there", errno)
            }
            try syncDirectory(of: name)
            return name
        }
        throw StoreError(.library, "there are too many directories like replaced-\(stamp)")
    }
}
