import Glibc

/// Checks that only root and one user could have created or changed a path, as sshd's `StrictModes` does for keys and
/// settings: the file and every directory on the way, with links followed, belong to one of the two, and nobody else can
/// write to them.
///
/// Unlike sshd, it accepts a directory on the way in which everybody may write but only owners may remove (`/tmp`): an
/// entry that belongs to one of the two was put there by one of them, and nobody else can remove it.
package enum TrustedPath {
    /// The kind of a path's own entry, without following a link.
    package enum Entry: Equatable, Sendable {
        case directory(owner: UInt32, mode: UInt32)
        case file(owner: UInt32, mode: UInt32)
        case link(owner: UInt32, target: String)
        /// A device, a pipe, a socket: it stores nothing.
        case other(owner: UInt32)
    }

    package struct Distrust: Error, Equatable, Sendable {
        /// The untrusted path: the requested one, or something on the way to it.
        package let path: String
        package let reason: String
        package let hint: String
        /// An errno when the path does not exist; then there is no untrusted user.
        package let missing: CInt?
    }

    package typealias Look = (_ path: String) -> Entry?

    /// The most links in a row, as in the kernel.
    private static let mostLinks = 40

    /// - Parameters:
    ///   - path: absolute.
    ///   - owner: the user trusted besides root.
    ///   - mayBeOpen: whether others may have write access to directories on the way: they can remove entries, but not
    ///     redirect the path by a link.
    ///   - look: returns `nil` and sets `errno` when nothing is there.
    /// - Returns: the path without links.
    @discardableResult
    package static func check(
        _ path: String, owner: UInt32 = geteuid(), mayBeOpen: Bool = false,
        look: Look = TrustedPath.entry(at:)
    ) throws(Distrust) -> String {
        // An already open descriptor of the caller, such as a process substitution of the shell.
        for place in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(place) {
            if Int(path.dropFirst(place.count)) != nil { return path }
        }
        // The owner of the root directory controls all paths. Where not every user has a number, its owner is the
        // overflow uid.
        guard case .directory(let first, _)? = look("/") else { throw missing("/") }
        let trusted: Set<UInt32> = [0, owner, first]
        var real = ""
        var isShared = try judge(look("/"), at: "/", trusted, owner, mayBeOpen)
        var rest = Array(path.split(separator: "/").map(String.init).reversed())
        var links = 0
        while let part = rest.popLast() {
            if part == "." { continue }
            if part == ".." {
                real = String(real[..<(real.lastIndex(of: "/") ?? real.startIndex)])
                let here = real.isEmpty ? "/" : real
                isShared = try judge(look(here), at: here, trusted, owner, mayBeOpen)
                continue
            }
            let here = real + "/" + part
            let entry = look(here)
            if case .link(let maker, let target)? = entry {
                links += 1
                guard links <= mostLinks else { throw missing(here, ELOOP) }
                guard !isShared || trusted.contains(maker) else { throw belongs(here, to: maker, owner) }
                if target.hasPrefix("/") {
                    real = ""
                    isShared = try judge(look("/"), at: "/", trusted, owner, mayBeOpen)
                }
                rest += target.split(separator: "/").map(String.init).reversed()
                continue
            }
            isShared = try judge(entry, at: here, trusted, owner, mayBeOpen)
            if case .directory? = entry {} else if !rest.isEmpty { throw missing(here, ENOTDIR) }
            real = here
        }
        return real.isEmpty ? "/" : real
    }

    /// - Returns: whether it is a directory in which everybody may create entries.
    private static func judge(
        _ entry: Entry?, at path: String, _ trusted: Set<UInt32>, _ owner: UInt32, _ mayBeOpen: Bool
    ) throws(Distrust) -> Bool {
        switch entry {
        case nil, .link: throw missing(path)
        case .other(let maker):
            guard trusted.contains(maker) else { throw belongs(path, to: maker, owner) }
            return false
        case .file(let maker, let mode):
            guard trusted.contains(maker) else { throw belongs(path, to: maker, owner) }
            guard mode & 0o022 == 0 else { throw open(path, mode) }
            return false
        case .directory(let maker, let mode):
            guard trusted.contains(maker) else { throw belongs(path, to: maker, owner) }
            let isShared = mode & 0o022 != 0
            guard !isShared || mayBeOpen || mode & UInt32(S_ISVTX) != 0 else { throw open(path, mode) }
            return isShared
        }
    }

    private static func belongs(_ path: String, to maker: UInt32, _ owner: UInt32) -> Distrust {
        Distrust(
            path: path, reason: "\(path) belongs to user \(maker)",
            hint: "chown \(owner) \(path), if its content is yours", missing: nil)
    }

    private static func open(_ path: String, _ mode: UInt32) -> Distrust {
        Distrust(
            path: path, reason: "\(path) can be written by others (mode \(String(mode & 0o7777, radix: 8)))",
            hint: "chmod go-w \(path), once you have checked its content", missing: nil)
    }

    private static func missing(_ path: String, _ reason: CInt = errno) -> Distrust {
        Distrust(path: path, reason: "\(path): no such file or directory", hint: "ls -ld \(path)", missing: reason)
    }

    package static func entry(at path: String) -> Entry? {
        var found = stat()
        guard unsafe lstat(path, &found) == 0 else { return nil }
        var mode = found.st_mode & 0o7777
        // Where each user has a private group, a home directory is often writable to it; that adds no other user.
        if mode & 0o022 == 0o020, isPrivate(found.st_gid, of: found.st_uid) { mode &= ~UInt32(0o020) }
        switch found.st_mode & S_IFMT {
        case S_IFDIR: return .directory(owner: found.st_uid, mode: mode)
        case S_IFREG: return .file(owner: found.st_uid, mode: mode)
        case S_IFLNK:
            var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                guard let start = buffer.baseAddress else { return -1 }
                return unsafe readlink(path, start, buffer.count)
            }
            guard count > 0 else { return nil }
            return .link(owner: found.st_uid, target: String(decoding: bytes[..<count], as: UTF8.self))
        default: return .other(owner: found.st_uid)
        }
    }

    /// Whether a group is private to one user: it is that user's primary group, has the same name, and no other member.
    /// Root's group never counts: containers assign it to their users as primary group without listing them.
    private static func isPrivate(_ group: gid_t, of user: uid_t) -> Bool {
        guard group != 0 else { return false }
        var account = unsafe passwd()
        var entry = unsafe Glibc.group()
        var (names, members) = ([CChar](repeating: 0, count: 16 << 10), [CChar](repeating: 0, count: 64 << 10))
        var foundUser = unsafe UnsafeMutablePointer<passwd>?.none
        var foundGroup = unsafe UnsafeMutablePointer<Glibc.group>?.none
        guard unsafe getpwuid_r(user, &account, &names, names.count, &foundUser) == 0, unsafe foundUser != nil,
            unsafe account.pw_gid == group,
            unsafe getgrgid_r(group, &entry, &members, members.count, &foundGroup) == 0, unsafe foundGroup != nil,
            unsafe strcmp(account.pw_name, entry.gr_name) == 0
        else { return false }
        var member = unsafe entry.gr_mem
        while let name = unsafe member?.pointee {
            guard unsafe strcmp(name, account.pw_name) == 0 else { return false }
            unsafe member = unsafe member?.advanced(by: 1)
        }
        return true
    }

    /// The absolute path, relative to this process's working directory.
    package static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard let here = unsafe getcwd(&bytes, bytes.count) else { return "/" + path }
        return unsafe String(cString: here) + "/" + path
    }
}
