import Glibc
import SocketAPI

/// A Unix socket that listens at its path, made so that nobody can reach it before its permissions are right.
///
/// It is bound in a staging directory that only this user can enter, gets its mode and group there, listens, and is
/// then renamed into place. Whatever was at the path is replaced: the caller holds the lock that says it is ours.
final class ListeningSocket: Sendable {
    let path: String
    let descriptor: CInt
    private let device: dev_t
    private let inode: ino_t

    /// The kernel's limit for a socket's address, its final zero not counted.
    static let longestPath = 107

    /// - Parameter group: the group that the socket is given to; `nil` leaves it to the process's own.
    init(at path: String, mode: mode_t, group: gid_t?) throws(StartError) {
        guard path.utf8.count <= Self.longestPath else {
            throw StartError(
                .configuration, "the socket's path is longer than \(Self.longestPath) bytes: \(path)",
                hint: "choose a shorter --runtime-dir")
        }
        let staging = try Self.makeStaging(for: path)
        defer { unsafe rmdir(staging) }
        let draft = staging + "/s"
        defer { unsafe unlink(draft) }
        let descriptor = try Self.bind(to: draft)
        do {
            var status = stat()
            if let group {
                try Self.check(unsafe chown(draft, uid_t.max, group), "cannot give \(path) to group \(group)")
            }
            try Self.check(unsafe chmod(draft, mode), "cannot set the mode of \(path)")
            try Self.check(listen(descriptor, 1024), "cannot listen at \(path)")
            try Self.check(unsafe lstat(draft, &status), "cannot look at \(path)")
            try Self.check(unsafe rename(draft, path), "cannot put the socket at \(path)")
            (device, inode) = (status.st_dev, status.st_ino)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// Takes the socket off its path, if it is still this one.
    func remove() {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode else { return }
        unsafe unlink(path)
    }

    private static func makeStaging(for path: String) throws(StartError) -> String {
        let staging = path + ".d"
        // Left behind by a process that was killed in between; the lock says that it is nobody's.
        unsafe unlink(staging + "/s")
        unsafe rmdir(staging)
        guard staging.utf8.count + 2 <= longestPath else {
            throw StartError(
                .configuration, "the socket's path is too long: \(path)", hint: "choose a shorter --runtime-dir")
        }
        try check(unsafe mkdir(staging, 0o700), "cannot make \(staging)")
        return staging
    }

    private static func bind(to path: String) throws(StartError) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try check(descriptor, "cannot make a socket")
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe Glibc.bind(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        do { try check(result, "cannot bind \(path)") } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func check(_ result: CInt, _ what: String) throws(StartError) {
        guard result < 0 else { return }
        throw StartError(systemCall: what, errno)
    }
}
