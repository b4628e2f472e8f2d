package import Domain
package import Glibc
package import SocketAPI
package import System

/// Why the daemon does not start. Shown as one line on standard error, a hint, and an exit status.
package struct StartError: Advised, Error, CustomStringConvertible {
    package let exitStatus: ExitStatus
    package let advice: Advice

    package init(_ exitStatus: ExitStatus, _ advice: Advice) {
        self.exitStatus = exitStatus
        self.advice = advice
    }

    package init(_ exitStatus: ExitStatus, _ detail: String, hint: String? = nil) {
        self.init(exitStatus, Advice(detail, try: hint))
    }

    /// Throws if another user could have created or changed the file. The caller handles a missing file.
    package static func check(
        _ what: String, _ path: String, owner: uid_t = geteuid(), mayBeOpen: Bool = false
    ) throws(StartError) {
        do throws(TrustedPath.Distrust) {
            try TrustedPath.check(TrustedPath.absolute(path), owner: owner, mayBeOpen: mayBeOpen)
        } catch {
            guard error.missing == nil else { return }
            throw StartError(
                .notPermitted,
                error.path == path
                    ? "\(what) \(error.reason), and is not trusted"
                    : "\(what) \(path) is not trusted: \(error.reason)", hint: error.hint)
        }
    }

    package var description: String { detail }
}

extension StartError: SystemErrorConvertible {
    package init(_ error: SystemError) {
        let status: ExitStatus =
            switch error.code {
            case EACCES, EPERM: .notPermitted
            case ENOENT, ENOTDIR: .notFound
            default: .inputOutput
            }
        self.init(status, error.description, hint: Self.hint(error.code))
    }

    private static func hint(_ reason: CInt) -> String? {
        switch reason {
        case EIO: "look for disk errors in the kernel's log (dmesg)"
        case ENOSPC, EDQUOT: "free some space on that file system"
        case EROFS: "make the file system writable"
        default: nil
        }
    }
}
