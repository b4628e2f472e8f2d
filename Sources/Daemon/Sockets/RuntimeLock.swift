import Glibc
import Maintenance
import SocketAPI
import Synchronization

/// Makes a runtime directory's sockets this process's. Held for its life; the kernel releases it.
final class RuntimeLock: Sendable {
    private let path: String
    private let descriptor: Mutex<CInt>

    init(directory: String) throws(StartError) {
        path = directory + "/keyturnd.lock"
        descriptor = Mutex(try Self.lock(path, in: directory))
    }

    /// Locks the present file, if somebody removed the locked one.
    func renew(in directory: String) throws(StartError) {
        var (held, there) = (stat(), stat())
        let old = descriptor.withLock { $0 }
        if unsafe fstat(old, &held) == 0, unsafe lstat(path, &there) == 0, held.st_dev == there.st_dev,
            held.st_ino == there.st_ino
        {
            return
        }
        let new = try Self.lock(path, in: directory)
        descriptor.withLock { $0 = new }
        close(old)
    }

    private static func lock(_ path: String, in directory: String) throws(StartError) -> CInt {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StartError(systemCall: "cannot open \(path)", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            guard reason == EWOULDBLOCK else { throw StartError(systemCall: "cannot lock \(path)", reason) }
            throw StartError(
                .temporary, "another keyturnd serves the sockets in \(directory)",
                hint: "stop it first, or give this one its own --runtime-dir")
        }
        return descriptor
    }

    deinit { close(descriptor.withLock { $0 }) }
}
