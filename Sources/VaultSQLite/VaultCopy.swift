import Glibc
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
        guard let listing = unsafe opendir(parent) else { return }
        defer { unsafe closedir(listing) }
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("keyturn-"), name.utf8.count == "keyturn-XXXXXX".utf8.count {
                remove("\(parent)/\(name)")
            }
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
        let source = unsafe open(original, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard source >= 0 else { throw StoreError(systemCall: "cannot open \(original)", errno) }
        defer { close(source) }
        var status = stat()
        guard unsafe fstat(source, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw StoreError(.notAVault, "\(original) is not a file")
        }
        let target = unsafe open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard target >= 0 else { throw StoreError(systemCall: "cannot create \(copy)", errno) }
        defer { close(target) }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = unsafe read(source, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw StoreError(systemCall: "cannot read \(original)", errno) }
            if got == 0 { break }
            var done = 0
            while done < got {
                let written = unsafe buffer.withUnsafeBytes { bytes in
                    unsafe write(target, bytes.baseAddress?.advanced(by: done), got - done)
                }
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw StoreError(systemCall: "cannot write \(copy)", errno) }
                done += written
            }
        }
        guard fsync(target) == 0 else { throw StoreError(systemCall: "cannot sync \(copy)", errno) }
    }
}
