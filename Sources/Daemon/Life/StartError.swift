import Glibc
package import SocketAPI

/// Why the daemon does not start. Ends as one line on standard error, a hint, and an exit status.
package struct StartError: Error, CustomStringConvertible {
    package let exitStatus: ExitStatus
    package let detail: String
    package let hint: String?

    package init(_ exitStatus: ExitStatus, _ detail: String, hint: String? = nil) {
        self.exitStatus = exitStatus
        self.detail = detail
        self.hint = hint
    }

    init(systemCall what: String, _ reason: CInt) {
        let status: ExitStatus =
            switch reason {
            case EACCES, EPERM: .notPermitted
            case ENOENT, ENOTDIR: .notFound
            default: .inputOutput
            }
        self.init(status, "\(what): \(words(for: reason))")
    }

    package var description: String { detail }
}

/// The system's words for an error number.
func words(for reason: CInt) -> String { unsafe String(cString: strerror(reason)).lowercased() }
