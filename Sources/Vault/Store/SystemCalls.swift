import Glibc

// Shared by the stores that use files.

extension StoreError {
    /// - Parameters:
    ///   - what: the operation that failed, as text for people.
    ///   - reason: `errno`.
    package init(systemCall what: String, _ reason: CInt) {
        let code: Code =
            switch reason {
            case ENOENT, ENOTDIR: .missing
            case EACCES, EPERM, ELOOP: .notPermitted
            case EROFS: .readOnly
            case ENOSPC, EDQUOT: .diskFull
            default: .inputOutput
            }
        self.init(code, "\(what): \(unsafe String(cString: strerror(reason)))")
    }
}

/// Makes a created, renamed or removed name survive a power cut.
package func syncDirectory(of path: String) throws(StoreError) {
    let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
    let descriptor = unsafe open(parent.isEmpty ? "/" : String(parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError(systemCall: "cannot open \(parent)", errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StoreError(systemCall: "cannot sync \(parent)", errno) }
}
