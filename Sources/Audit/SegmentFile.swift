import Domain
import Glibc
import SecretMemory

/// One file of the log, open for appending. Closed with its last reference.
final class SegmentFile: Sendable {
    let number: Int
    let path: String
    private let descriptor: CInt
    private let device: dev_t
    private let inode: ino_t

    private init(number: Int, path: String, descriptor: CInt) throws(AuditError) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let reason = errno
            close(descriptor)
            throw AuditError(systemCall: "cannot inspect \(path)", reason)
        }
        (self.number, self.path, self.descriptor) = (number, path, descriptor)
        (device, inode) = (status.st_dev, status.st_ino)
    }

    deinit { close(descriptor) }

    /// Creates a file for this user alone, and makes its name survive a power cut. Fails if it exists.
    static func create(_ number: Int, in directory: LogDirectory) throws(AuditError) -> SegmentFile {
        let path = directory.path(of: number)
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let descriptor = unsafe Glibc.open(path, flags, 0o600)
        guard descriptor >= 0 else { throw AuditError(systemCall: "cannot create \(path)", errno) }
        do throws(AuditError) {
            let file = try SegmentFile(number: number, path: path, descriptor: descriptor)
            try directory.sync()
            return file
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    static func open(_ number: Int, in directory: LogDirectory) throws(AuditError) -> SegmentFile {
        let path = directory.path(of: number)
        let descriptor = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw AuditError(systemCall: "cannot open \(path)", errno) }
        return try SegmentFile(number: number, path: path, descriptor: descriptor)
    }

    /// Appends all of `bytes`, or leaves the file unchanged.
    /// - Parameter size: the file's size before.
    func append(_ bytes: RawSpan, size: Int) throws(AuditError) {
        var done = 0
        while done < bytes.byteCount {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe write(descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
            }
            if written >= 0 {
                done += written
                continue
            }
            let reason = errno
            if reason == EINTR { continue }
            // Half a line would count as damage.
            guard done == 0 || ftruncate(descriptor, off_t(size)) == 0 else {
                throw AuditError(.halfWritten, AuditError(systemCall: "cannot write \(path)", reason).detail)
            }
            throw AuditError(systemCall: "cannot write \(path)", reason)
        }
    }

    func truncate(to size: Int) throws(AuditError) {
        guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
            throw AuditError(systemCall: "cannot truncate \(path)", errno)
        }
    }

    func sync() throws(AuditError) {
        guard fdatasync(descriptor) == 0 else { throw AuditError(systemCall: "cannot sync \(path)", errno) }
    }

    /// What is wrong with the file under this name, if anything: it may have been moved, removed, replaced or
    /// truncated.
    /// - Parameter size: the number of bytes written to it.
    func trouble(size: Int) -> String? {
        var named = stat()
        guard unsafe lstat(path, &named) == 0 else { return "\(path) was removed or renamed" }
        guard named.st_dev == device, named.st_ino == inode else { return "\(path) was replaced" }
        return named.st_size < size
            ? "\(path) was truncated from \(size) to \(counted(Int(named.st_size), "byte"))" : nil
    }
}
