import Glibc
package import System

extension StoreError: SystemErrorConvertible {
    package init(_ error: SystemError) {
        let code: Code =
            switch error.code {
            case ENOENT, ENOTDIR: .missing
            case EACCES, EPERM, ELOOP: .notPermitted
            case EROFS: .readOnly
            case ENOSPC, EDQUOT: .diskFull
            default: .inputOutput
            }
        self.init(code, error.description)
    }
}

/// Makes a created, renamed or removed name survive a power cut.
package func syncName(of path: String) throws(StoreError) {
    try StoreError.wrapping { () throws(SystemError) in try Files.syncName(of: path) }
}
