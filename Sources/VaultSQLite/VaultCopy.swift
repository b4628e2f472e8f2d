import Glibc
import System
package import Vault

/// A private copy of a vault's file and its journals, removed with the last reference. Opening a vault writes to it, so
/// a vault that must only be read is copied first. The copied data is sealed.
package final class VaultCopy: Sendable {
    /// The copy, in a directory (0700) of its own.
    package let path: String
    private let directory: String
    static let journals = ["-wal", "-journal"]

    /// - Parameter parent: the directory to make the copy in.
    package init(of original: String, in parent: String) throws(StoreError) {
        var template = Array("\(parent)/keyturn-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else {
            throw StoreError(systemCall: "cannot create a directory in \(parent)", errno)
        }
        directory = unsafe String(cString: made)
        path = directory + "/vault.db"
        do throws(StoreError) {
            try Self.place(original, at: path)
        } catch {
            Self.remove(directory)
            throw error
        }
    }

    deinit { Self.remove(directory) }

    /// Removes copies in `parent` that killed processes left.
    package static func sweep(_ parent: String) {
        for name in (try? Files.names(in: parent)) ?? []
        where name.hasPrefix("keyturn-") && name.utf8.count == "keyturn-XXXXXX".utf8.count {
            remove("\(parent)/\(name)")
        }
    }

    private static func remove(_ directory: String) {
        remove(at: directory + "/vault.db")
        unsafe rmdir(directory)
    }

    /// Copies a vault's file and its journals to another name.
    package static func place(_ original: String, at path: String) throws(StoreError) {
        remove(at: path)
        try copy(original, to: path)
        for journal in journals where unsafe access(original + journal, F_OK) == 0 {
            try copy(original + journal, to: path + journal)
        }
    }

    /// Removes a copy, and the files that SQLite and the store may have created beside it.
    package static func remove(at path: String) {
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] { unsafe unlink(path + suffix) }
    }

    /// Copies a file into a new one (0600), and syncs it.
    static func copy(_ original: String, to copy: String) throws(StoreError) {
        var isFile = true
        do throws(SystemError) {
            // The name of a backup comes from an operator, and may be a link.
            let source = try File(reading: original, followsLinks: true)
            isFile = try source.status().isRegularFile
            guard isFile else { throw SystemError("cannot copy \(original)", EINVAL) }
            let target = try File(creating: copy)
            while true {
                let bytes = try source.read(most: 1 << 20)
                if bytes.isEmpty { break }
                try target.write(unsafe bytes.span.bytes)
            }
            try target.sync()
        } catch {
            throw isFile ? StoreError(error) : StoreError(.notAVault, "\(original) is not a file")
        }
    }
}
