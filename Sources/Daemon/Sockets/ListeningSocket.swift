import Glibc
import Maintenance
import SocketAPI
import SocketServer

/// Where connections come in.
protocol Listener: Sendable {
    /// As it is named in the log.
    var name: String { get }
    var descriptor: CInt { get }
    /// Whether the kernel says who connects. Where it does not, everybody is nobody.
    var knowsCallers: Bool { get }
    /// Has nobody find it any more.
    func remove()
}

extension Listener {
    var entrance: Server.Entrance { Server.Entrance(descriptor, knowsCallers: knowsCallers) }
}

/// A Unix socket that listens at its path, made so that nobody can reach it before its permissions are right.
///
/// It is bound in a staging directory that only this user can enter, gets its mode and group there, listens, and is
/// then renamed into place. Whatever was at the path is replaced: the caller holds the lock that says it is ours.
final class ListeningSocket: Listener {
    let path: String
    var name: String { path }
    let knowsCallers = true
    let descriptor: CInt
    /// Whether this process put it there.
    let isMade: Bool
    /// What stood at the path when it was made or taken over.
    private let place: (device: dev_t, inode: ino_t)

    /// The kernel's limit for a socket's address, its final zero not counted.
    static let longestPath = 107

    /// - Parameter group: the group that the socket is given to; `nil` leaves it to the process's own.
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
            try Self.check(listen(descriptor, 1024), "cannot listen at \(path)")
            try Self.check(unsafe lstat(draft, &status), "cannot look at \(path)")
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

    /// A socket is made under a name that is longer by five bytes.
    static func checkLength(of path: String) throws(StartError) {
        guard path.utf8.count + 4 <= longestPath else {
            throw StartError(
                .configuration, "the socket's path is too long: \(path)", hint: "choose a shorter --runtime-dir")
        }
    }

    /// Takes over a socket that systemd listens at, and that stays when this process ends. It must be the one that would
    /// have been made here: what others could reach before the daemon was there must be open to nobody else.
    /// - Parameter unit: the name of systemd's unit for it.
    init(inherited descriptor: CInt, unit: String, at path: String, mode: mode_t, group: gid_t?) throws(StartError) {
        try Self.check(fcntl(descriptor, F_SETFD, FD_CLOEXEC), "\(unit): no socket was passed on")
        guard Self.option(SO_DOMAIN, of: descriptor) == AF_UNIX,
            Self.option(SO_TYPE, of: descriptor) == CInt(SOCK_STREAM.rawValue),
            Self.option(SO_ACCEPTCONN, of: descriptor) == 1
        else { throw Self.refusal(unit, "what was passed on is no unix socket that listens", "ListenStream=\(path)") }
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

    /// Whether a socket of systemd's is open to nobody whom the settings keep out.
    @discardableResult
    static func check(
        inherited unit: String, at path: String, mode: mode_t, group: gid_t?
    ) throws(StartError) -> stat {
        var status = stat()
        try check(unsafe lstat(path, &status), "cannot look at \(path)")
        guard status.st_mode & 0o777 & ~mode == 0 else {
            throw refusal(
                unit, "\(path) is open to more users than it should be", "SocketMode=0\(String(mode, radix: 8))")
        }
        // Which group it is matters where that may do more than everybody.
        let others = (mode & 0o007) << 3
        guard status.st_mode & 0o070 & ~others == 0 || status.st_gid == group ?? getegid(),
            status.st_uid == geteuid() || status.st_uid == 0
        else {
            throw refusal(
                unit, "\(path) belongs to others than it should", "SocketUser= and SocketGroup=, as configured,")
        }
        return status
    }

    private static func refusal(_ unit: String, _ detail: String, _ hint: String) -> StartError {
        StartError(.configuration, "\(unit): \(detail)", hint: "\(hint) in \(unit), and systemctl restart \(unit)")
    }

    /// Whether who looks for it finds it.
    var isInPlace: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_dev == place.device && status.st_ino == place.inode
    }

    /// Takes the socket off its path, if it is still this one.
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
        // Left behind by a process that was killed in between; the lock says that it is nobody's.
        unsafe unlink(staging + "/s")
        unsafe rmdir(staging)
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
