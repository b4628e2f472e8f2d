import Domain
import Glibc
import SecretMemory
import System

/// One file of the log, open for appending. Closed with its last reference.
final class SegmentFile: Sendable {
    let number: Int
    let path: String
    private let file: File
    private let opened: stat

    private init(number: Int, path: String, file: consuming File) throws(SystemError) {
        opened = try file.status()
        (self.number, self.path) = (number, path)
        self.file = file
    }

    /// Creates a file for this user alone, and makes its name survive a power cut. Fails if it exists.
    static func create(_ number: Int, in directory: LogDirectory) throws(AuditError) -> SegmentFile {
        let path = directory.path(of: number)
        do throws(SystemError) {
            let file = try File(creatingForAppending: path)
            do throws(SystemError) {
                let segment = try SegmentFile(number: number, path: path, file: file)
                try Files.syncDirectory(directory.path)
                return segment
            } catch {
                unsafe unlink(path)
                throw error
            }
        } catch {
            throw AuditError(error)
        }
    }

    static func open(_ number: Int, in directory: LogDirectory) throws(AuditError) -> SegmentFile {
        let path = directory.path(of: number)
        return try AuditError.wrapping { () throws(SystemError) in
            try SegmentFile(number: number, path: path, file: File(appendingTo: path))
        }
    }

    /// Appends all of `bytes`, or leaves the file unchanged.
    /// - Parameter size: the file's size before.
    func append(_ bytes: RawSpan, size: Int) throws(AuditError) {
        var done = 0
        while done < bytes.byteCount {
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe write(file.descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
            }
            if written >= 0 {
                done += written
                continue
            }
            let reason = errno
            if reason == EINTR { continue }
            // Half a line would count as damage.
            guard done == 0 || ftruncate(file.descriptor, off_t(size)) == 0 else {
                throw AuditError(.halfWritten, AuditError(systemCall: "cannot write \(path)", reason).detail)
            }
            throw AuditError(systemCall: "cannot write \(path)", reason)
        }
    }

    func truncate(to size: Int) throws(AuditError) {
        guard ftruncate(file.descriptor, off_t(size)) == 0, fsync(file.descriptor) == 0 else {
            throw AuditError(systemCall: "cannot truncate \(path)", errno)
        }
    }

    func sync() throws(AuditError) {
        try AuditError.wrapping { () throws(SystemError) in try file.syncData() }
    }

    /// What is wrong with the file under this name, if anything: it may have been moved, removed, replaced or
    /// truncated.
    /// - Parameter size: the number of bytes written to it.
    func trouble(size: Int) -> String? {
        var named = stat()
        guard unsafe lstat(path, &named) == 0 else { return "\(path) was removed or renamed" }
        guard named.isSameFile(as: opened) else { return "\(path) was replaced" }
        return named.st_size < size
            ? "\(path) was truncated from \(size) to \(counted(Int(named.st_size), "byte"))" : nil
    }
}
