import Glibc

/// Why the audit log could not be written or read. What must not happen unrecorded does not happen then.
package struct AuditError: Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case diskFull
        case inputOutput
        /// Half a line was written and could not be taken off again.
        case halfWritten
        case notPermitted
        /// Another thread has been writing for longer than anybody waits.
        case stuck
        /// The vault is older than the log.
        case ahead
        /// The log was closed when the vault was locked.
        case closed
        /// The cryptographic library failed.
        case library
    }

    package let code: Code
    /// Names the file; for the daemon's own log and not for clients.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    init(systemCall what: String, _ reason: CInt) {
        let code: Code =
            switch reason {
            case ENOSPC, EDQUOT, EFBIG: .diskFull
            case EACCES, EPERM, EROFS, ELOOP: .notPermitted
            default: .inputOutput
            }
        self.init(code, "\(what): \(unsafe String(cString: strerror(reason)).lowercased())")
    }

    package var description: String { detail }
}
