package import Glibc
import SocketAPI
import System

/// Creates directories that belong to this user and have the requested mode.
package enum PrivateDirectory {
    /// Creates the directory and its parents, or checks an existing one. One that is open to more users than `mode`
    /// allows, or belongs to somebody else, is refused rather than fixed: its content may be known already.
    package static func ensure(_ path: String, mode: mode_t) throws(StartError) {
        if unsafe mkdir(path, mode) == 0 {
            // mkdir(2) applies the umask; this does not.
            guard unsafe chmod(path, mode) == 0 else {
                throw StartError(systemCall: "cannot set the mode of \(path)", errno)
            }
            return
        }
        switch errno {
        case EEXIST: try check(path, mode: mode)
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
                throw StartError(systemCall: "cannot create \(path)", ENOENT)
            }
            try ensureParent(String(path[..<slash]))
            try ensure(path, mode: mode)
        case let reason: throw StartError(systemCall: "cannot create \(path)", reason)
        }
    }

    /// Like ``ensure(_:mode:)``, but refuses other users' links on the way: checked before anything is created, and again
    /// afterwards.
    /// - Parameter mayBeOpen: whether others may write to directories above it.
    package static func ensure(
        _ what: String, _ path: String, mode: mode_t, mayBeOpen: Bool = false
    ) throws(StartError) {
        try StartError.check(what, path, mayBeOpen: mayBeOpen)
        try ensure(path, mode: mode)
        try StartError.check(what, path, mayBeOpen: mayBeOpen)
    }

    /// Creates the directory, or gives an existing one exactly this mode and group. Only for a directory whose sole
    /// content is a socket that is created again.
    package static func ensure(_ path: String, exactly mode: mode_t, group: gid_t?) throws(StartError) {
        try ensure(path, mode: 0o755)
        func must(_ result: CInt, _ what: String) throws(StartError) {
            guard result == 0 else { throw StartError(systemCall: what, errno) }
        }
        // Closed first, so that the new group never gets the old mode.
        try must(unsafe chmod(path, 0o700), "cannot set the mode of \(path)")
        var status = stat()
        try must(unsafe stat(path, &status), "cannot inspect \(path)")
        let group = group ?? getegid()
        // Skipped if nothing changes: a service without groups may not make the call at all.
        if status.st_gid != group {
            try must(unsafe chown(path, uid_t.max, group), "cannot give \(path) to group \(group)")
        }
        try must(unsafe chmod(path, mode), "cannot set the mode of \(path)")
    }

    /// The first directory on the way to `path`, including itself, that other users cannot enter.
    package static func closedAncestor(of path: String) -> String? {
        var ancestor = ""
        for part in path.split(separator: "/") {
            ancestor += "/" + part
            var status = stat()
            if unsafe stat(ancestor, &status) == 0, status.st_mode & S_IXOTH == 0 { return ancestor }
        }
        return nil
    }

    /// Missing parents are created for this user only; existing ones are not checked.
    private static func ensureParent(_ path: String) throws(StartError) {
        var status = stat()
        if unsafe stat(path, &status) == 0 { return }
        try ensure(path, mode: 0o700)
    }

    private static func check(_ path: String, mode: mode_t) throws(StartError) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw StartError(systemCall: "cannot inspect \(path)", errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw StartError(.configuration, "\(path) is not a directory") }
        guard status.st_uid == geteuid() else {
            throw StartError(
                .notPermitted, "\(path) belongs to user \(status.st_uid), and this is user \(geteuid())",
                hint: "run as that user, or name another directory")
        }
        let tooOpen = status.st_mode & 0o777 & ~mode
        guard tooOpen == 0 else {
            throw StartError(
                .notPermitted, "\(path) is open to more users than it should be",
                hint: "chmod \(String(mode, radix: 8)) \(path)")
        }
    }
}
