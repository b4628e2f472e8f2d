import CPlatform
import Glibc

/// What a process does first that will hold secrets: nobody looks into it, and it leaves nothing behind.
package enum ClosedProcess {
    /// Not to be traced, read or dumped by its own user; no core; silent when it crashes; new files for its user alone.
    /// - Returns: whether the kernel did as it was told.
    package static func begin() -> Bool {
        umask(0o077)
        CrashReporter.silence()
        return kt_make_undumpable() == 0
    }
}
