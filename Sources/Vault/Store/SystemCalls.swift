import Glibc

// What stores in files have in common.

extension StoreError {
    /// - Parameters:
    ///   - what: what could not be done, for people.
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

/// Makes a name that was just given, or taken, outlive a power cut.
package func syncDirectory(of path: String) throws(StoreError) {
    let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
    let descriptor = unsafe open(parent.isEmpty ? "/" : String(parent), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError(systemCall: "cannot open \(parent)", errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StoreError(systemCall: "cannot sync \(parent)", errno) }
}
