import Glibc
import Maintenance
import SocketAPI
import SocketServer
import System

/// A listening socket.
protocol Listener: Sendable {
    var descriptor: CInt { get }
    /// Whether the kernel identifies callers. If not, all callers are unknown.
    var knowsCallers: Bool { get }
}

extension Listener {
    var entrance: Server.Entrance { Server.Entrance(descriptor, knowsCallers: knowsCallers) }
}

/// A Unix socket at a path, created so that nobody can connect before its permissions are set.
///
/// It is bound in a staging directory that only this user can enter, gets its mode and group there, listens, and is then
/// renamed into place. Anything at the path is replaced: the caller holds the lock of the directory.
final class ListeningSocket: Listener {
    let path: String
    let knowsCallers = true
    let descriptor: CInt
    /// Whether this process created it.
    let isMade: Bool
    /// The file at the path when it was created or taken over.
    private let place: (device: dev_t, inode: ino_t)

    /// The kernel's limit for a socket's address, without the final zero.
    static let longestPath = 107

    /// - Parameter group: the group of the socket; `nil` for the process's own.
    init(at path: String, mode: mode_t, group: gid_t?) throws(StartError) {
        try Self.checkLength(of: path)
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
            // As many as the kernel allows (net.core.somaxconn): a client that does not wait for a place fails when it is full.
            try Self.check(listen(descriptor, CInt.max), "cannot listen at \(path)")
            try Self.check(unsafe lstat(draft, &status), "cannot inspect \(path)")
            try Self.check(unsafe rename(draft, path), "cannot put the socket at \(path)")
            place = (status.st_dev, status.st_ino)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        isMade = true
    }

    /// A socket is created under a name that is five bytes longer.
    static func checkLength(of path: String) throws(StartError) {
        guard path.utf8.count + 4 <= longestPath else {
            throw StartError(
                .configuration, "the socket's path is too long: \(path)", hint: "choose a shorter --runtime-dir")
        }
    }

    /// Takes over a socket of systemd, which stays when this process ends. It must have the path and permissions that
    /// this process would use: nobody else may have been able to connect before the daemon started.
    /// - Parameter unit: the name of systemd's unit for it.
    init(inherited descriptor: CInt, unit: String, at path: String, mode: mode_t, group: gid_t?) throws(StartError) {
        try Self.check(fcntl(descriptor, F_SETFD, FD_CLOEXEC), "\(unit): no socket was passed on")
        guard Self.option(SO_DOMAIN, of: descriptor) == AF_UNIX,
            Self.option(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue),
            Self.option(SO_ACCEPTCONN, of: descriptor) == 1
        else {
            throw Self.refusal(unit, "the inherited descriptor is not a listening unix socket", "ListenStream=\(path)")
        }
        guard Self.address(of: descriptor) == path else {
            throw Self.refusal(unit, "it does not listen at \(path)", "ListenStream=\(path)")
        }
        let status = try Self.check(inherited: unit, at: path, mode: mode, group: group)
        if let group, status.st_gid != group {
            try Self.check(unsafe chown(path, uid_t.max, group), "cannot give \(path) to group \(group)")
        }
        if status.st_mode & 0o777 != mode {
            try Self.check(unsafe chmod(path, mode), "cannot set the mode of \(path)")
        }
        self.path = path
        self.descriptor = descriptor
        isMade = false
        place = (status.st_dev, status.st_ino)
    }

    /// Whether a socket of systemd's keeps out everybody whom the settings keep out.
    @discardableResult
    static func check(
        inherited unit: String, at path: String, mode: mode_t, group: gid_t?
    ) throws(StartError) -> stat {
        var status = stat()
        try check(unsafe lstat(path, &status), "cannot inspect \(path)")
        guard status.st_mode & 0o777 & ~mode == 0 else {
            throw refusal(
                unit, "\(path) is open to more users than it should be", "SocketMode=0\(String(mode, radix: 8))")
        }
        // The group matters only if it has more permissions than others.
        let others = (mode & 0o007) << 3
        guard status.st_mode & 0o070 & ~others == 0 || status.st_gid == group ?? getegid(),
            status.st_uid == geteuid() || status.st_uid == 0
        else {
            throw refusal(
                unit, "\(path) has the wrong owner or group", "SocketUser= and SocketGroup=, as configured,")
        }
        return status
    }

    private static func refusal(_ unit: String, _ detail: String, _ hint: String) -> StartError {
        StartError(.configuration, "\(unit): \(detail)", hint: "\(hint) in \(unit), and systemctl restart \(unit)")
    }

    /// Whether callers find it at its path.
    var isInPlace: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_dev == place.device && status.st_ino == place.inode
    }

    /// Unlinks the socket's path, if it is still this socket.
    func remove() { if isMade, isInPlace { unsafe unlink(path) } }

    private static func option(_ name: CInt, of descriptor: CInt) -> CInt? {
        var value: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }

    /// The path that a socket is bound to.
    private static func address(of descriptor: CInt) -> String? {
        var address = sockaddr_un()
        var length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let outcome = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        guard outcome == 0 else { return nil }
        return unsafe withUnsafeBytes(of: &address.sun_path) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func makeStaging(for path: String) throws(StartError) -> String {
        let staging = path + ".d"
        // Left by a process that was killed meanwhile; the lock shows that it is unused.
        unsafe unlink(staging + "/s")
        unsafe rmdir(staging)
        try check(unsafe mkdir(staging, 0o700), "cannot create \(staging)")
        return staging
    }

    private static func bind(to path: String) throws(StartError) -> CInt {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        try check(descriptor, "cannot create a socket")
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
