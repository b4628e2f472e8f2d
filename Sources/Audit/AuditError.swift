import Glibc
package import System

/// Why the audit log could not be written or read. An operation that must be recorded then does not happen.
package struct AuditError: Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case diskFull
        case inputOutput
        /// Half a line was written and could not be removed.
        case halfWritten
        case notPermitted
        /// Another thread has been writing for longer than the waiting limit.
        case stuck
        /// The vault is older than the log.
        case ahead
        /// The log was closed when the vault was locked.
        case closed
        /// The cryptographic library failed.
        case library
    }

    package let code: Code
    /// Names the file; for the daemon's own log, not for clients.
    package let detail: String

    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { detail }
}

extension AuditError: SystemErrorConvertible {
    package init(_ error: SystemError) {
        let code: Code =
            switch error.code {
            case ENOSPC, EDQUOT, EFBIG: .diskFull
            case EACCES, EPERM, EROFS, ELOOP: .notPermitted
            default: .inputOutput
            }
        self.init(code, error.description)
    }
}
