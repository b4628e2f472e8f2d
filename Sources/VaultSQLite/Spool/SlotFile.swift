import Glibc
import Vault

/// One file of the spool, open for writing.
struct SlotFile: ~Copyable {
    /// The most bytes to read from a file: more than the largest answer of Zoom that is accepted, sealed.
    private static let longest = 1 << 20
    private let descriptor: CInt
    private let name: String

    init(_ path: String, isNew: Bool = false) throws(StoreError) {
        let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (isNew ? O_CREAT | O_EXCL : 0)
        descriptor = unsafe open(path, flags, 0o600)
        name = String(path.split(separator: "/").last ?? "")
        guard descriptor >= 0 else { throw StoreError(systemCall: "cannot open \(name)", errno) }
    }

    deinit { close(descriptor) }

    /// Overwrites the file from its beginning, and syncs it.
    func write(_ bytes: [UInt8]) throws(StoreError) {
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(descriptor, buffer.baseAddress?.advanced(by: done), bytes.count - done, done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError(systemCall: "cannot write \(name)", count == 0 ? EIO : errno) }
            done += count
        }
        guard fsync(descriptor) == 0 else { throw StoreError(systemCall: "cannot sync \(name)", errno) }
    }

    /// `nil` when there is no such file.
    static func content(_ path: String) throws(StoreError) -> [UInt8]? {
        let name = String(path.split(separator: "/").last ?? "")
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError(systemCall: "cannot open \(name)", errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw StoreError(systemCall: "cannot inspect \(name)", errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(.notPermitted, "\(name) is not a file") }
        var bytes = [UInt8](repeating: 0, count: min(Int(status.st_size), longest))
        var done = 0
        while done < bytes.count {
            let (start, left) = (done, bytes.count - done)
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(descriptor, buffer.baseAddress?.advanced(by: start), left, start)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreError(systemCall: "cannot read \(name)", count == 0 ? EIO : errno) }
            done += count
        }
        return bytes
    }
}
