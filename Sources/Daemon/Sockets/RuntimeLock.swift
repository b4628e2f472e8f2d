import Glibc
import SocketAPI

/// Says that the sockets of a runtime directory are this process's. Held for life; the kernel lets go of it.
final class RuntimeLock: Sendable {
    private let descriptor: CInt

    init(directory: String) throws(StartError) {
        let path = directory + "/keyturnd.lock"
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
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
