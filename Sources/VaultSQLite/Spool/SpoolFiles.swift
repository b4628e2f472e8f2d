import Dispatch
import Glibc
import System
package import Vault

/// A spool in the files of one directory (0700, files 0600): `slot-1`, `slot-2` and so on.
///
/// A file of zeros is a spare. Spares are written in full and synced ahead of time, so that an answer goes into
/// allocated blocks: a full disk or quota does not prevent it. (A file system that never overwrites in place, such as
/// btrfs or ZFS, may still need room.)
package final class SpoolFiles: SpoolStore {
    /// The most files; more than this is a fault that must not fill the disk.
    private static let most = 64

    private let directory: String
    private let spares: Int
    private let size: Int
    /// The disk blocks on this serial queue instead of the cooperative threads.
    private let thread = DispatchQueue(label: "keyturn.spool")

    /// - Parameters:
    ///   - spares: how many answers fit when the disk is full.
    ///   - size: of each spare, in bytes. A larger answer needs a new file.
    package init(directory: String, spares: Int = 4, size: Int = 64 << 10) {
        self.directory = directory
        self.spares = spares
        self.size = size
    }

    package func prepare() async throws(StoreError) {
        try await onThread { files throws(StoreError) in
            try files.ensureDirectory()
            var contents = try files.contents()
            while contents.count(where: files.isSpare) < files.spares {
                contents.append(try files.makeFile([UInt8](repeating: 0, count: files.size), beside: contents))
            }
        }
    }

    package func save(_ bytes: [UInt8]) async throws(StoreError) -> SpoolFile {
        try await onThread { files throws(StoreError) in
            let contents = (try? files.contents()) ?? []
            for spare in contents where files.isSpare(spare) && spare.bytes.count >= bytes.count {
                do throws(StoreError) {
                    try SlotFile.overwrite(files.path(spare), bytes)
                    return SpoolFile(name: spare.name, bytes: bytes)
                } catch {
                    // A partly written file must not count as an entry; the next spare may be on better blocks.
                    try? SlotFile.overwrite(files.path(spare), [UInt8](repeating: 0, count: bytes.count))
                }
            }
            try files.ensureDirectory()
            return try files.makeFile(bytes, beside: contents)
        }
    }

    package func files() async throws(StoreError) -> [SpoolFile] {
        try await onThread { files throws(StoreError) in
            try files.contents().filter { $0.bytes.contains { $0 != 0 } }
        }
    }

    package func free(_ file: SpoolFile) async throws(StoreError) {
        try await onThread { files throws(StoreError) in
            let path = files.path(file)
            guard let now = try SlotFile.content(path), now.starts(with: file.bytes) else { return }
            try SlotFile.overwrite(path, [UInt8](repeating: 0, count: now.count))
            guard now.count < files.size else { return }
            guard unsafe unlink(path) == 0 else { throw StoreError(systemCall: "cannot remove \(file.name)", errno) }
            try syncName(of: path)
        }
    }

    // MARK: On the thread

    private func path(_ file: SpoolFile) -> String { directory + file.name.dropFirst(prefix.count) }

    /// The path within the state directory, for operators: `spool/slot-1`.
    private var prefix: String { String(directory.split(separator: "/").last ?? "spool") }

    private func isSpare(_ file: SpoolFile) -> Bool {
        file.bytes.count >= size && file.bytes.allSatisfy { $0 == 0 }
    }

    /// Every slot with its whole content, in the order of the numbers.
    private func contents() throws(StoreError) -> [SpoolFile] {
        var found: [SpoolFile] = []
        guard unsafe access(directory, F_OK) == 0 else {
            guard errno == ENOENT else { throw StoreError(systemCall: "cannot read \(prefix)/", errno) }
            return []
        }
        for number in 1...Self.most {
            let name = "\(prefix)/slot-\(number)"
            if let bytes = try SlotFile.content("\(directory)/slot-\(number)") {
                found.append(SpoolFile(name: name, bytes: bytes))
            }
        }
        return found
    }

    private func makeFile(_ bytes: [UInt8], beside others: [SpoolFile]) throws(StoreError) -> SpoolFile {
        let taken = Set(others.map(\.name))
        guard let name = (1...Self.most).lazy.map({ "\(self.prefix)/slot-\($0)" }).first(where: { !taken.contains($0) })
        else { throw StoreError(.library, "there are \(Self.most) files in \(prefix)/") }
        let file = SpoolFile(name: name, bytes: bytes)
        do throws(StoreError) {
            try SlotFile.create(path(file), bytes)
            try syncName(of: path(file))
            return file
        } catch {
            unsafe unlink(path(file))
            throw error
        }
    }

    private func ensureDirectory() throws(StoreError) {
        if unsafe mkdir(directory, 0o700) == 0 { return try syncName(of: directory) }
        guard errno == EEXIST else { throw StoreError(systemCall: "cannot create \(prefix)/", errno) }
        var status = stat()
        guard unsafe lstat(directory, &status) == 0 else {
            throw StoreError(systemCall: "cannot inspect \(prefix)/", errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw StoreError(.notPermitted, "\(prefix)/ is not a private directory of this user")
        }
    }

    private func onThread<Result: Sendable>(
        _ body: @escaping @Sendable (SpoolFiles) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let outcome: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
            thread.async {
                do throws(StoreError) {
                    continuation.resume(returning: .success(try body(self)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try outcome.get()
    }
}
