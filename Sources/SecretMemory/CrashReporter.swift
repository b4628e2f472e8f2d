import Glibc

/// Swift's crash reporter prints the memory around a crash, which may contain secrets. Without it a crash prints
/// nothing; the parent process still sees the signal.
package enum CrashReporter {
    package static func silence() {
        for crash in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGQUIT] { signal(crash, SIG_DFL) }
    }
}
