import Glibc
import Maintenance
import SocketAPI
import Synchronization
import System

/// Makes a runtime directory's sockets this process's. Held for its life; the kernel releases it.
final class RuntimeLock: Sendable {
    private let path: String
    private let file: Mutex<File>

    init(directory: String) throws(StartError) {
        path = directory + "/keyturnd.lock"
        file = Mutex(try Self.lock(path, in: directory))
    }

    /// Locks the present file, if somebody removed the locked one.
    func renew(in directory: String) throws(StartError) {
        var there = stat()
        if unsafe lstat(path, &there) == 0, let held = file.withLock({ try? $0.status() }), held.isSameFile(as: there) {
            return
        }
        try file.withLock { file throws(StartError) in file = try Self.lock(path, in: directory) }
    }

    private static func lock(_ path: String, in directory: String) throws(StartError) -> File {
        do throws(SystemError) {
            let file = try File(lockFile: path)
            if try file.lock() { return file }
        } catch {
            throw StartError(error)
        }
        throw StartError(
            .temporary, "another keyturnd serves the sockets in \(directory)",
            hint: "stop it first, or give this one its own --runtime-dir")
    }
}
