import CPlatform
import Foundation
import Testing

@testable import Confinement

/// A whole process that is confined, each in one of its own.
@Suite struct WholeProcessTests {
    @Test func `every thread has lost the capabilities that it does not need`() async {
        await #expect(processExitsWith: .success) {
            let confinement = Confinement.begin(startsPrograms: true)
            guard confinement.outcome == Confinement.Outcome() else { exit(2) }
            let status = ConfinementStatus.current
            guard let status, status.isFiltered else { exit(3) }
            // Threads that were there before keep their capabilities: the daemon has none by then.
            exit(call(Number.unshare) == -1 && errno == EPERM ? EXIT_SUCCESS : 4)
        }
    }

    /// As `SystemCallFilter=@system-service` and `~@privileged` of systemd 252 deny them.
    @Test func `an outer filter does not keep the process from installing its own`() async {
        await #expect(processExitsWith: .success) {
            guard geteuid() != 0 || setuid(65_534) == 0, OuterFilter.deny([OuterFilter.seccomp, OuterFilter.capset])
            else { exit(2) }
            guard Confinement.begin(startsPrograms: true).outcome == Confinement.Outcome() else { exit(3) }
            guard call(Number.unshare) == -1, errno == EPERM else { exit(4) }
            let program = Confinement.ofProgram(keptOutOf: [])
            exit(program.calls == 0 && program.capabilities == 0 ? EXIT_SUCCESS : 5)
        }
    }

    @Test func `a program is started where one may be, and not otherwise`() async {
        await #expect(processExitsWith: .exitCode(10)) { exit(10 + startTrue(afterConfining: true)) }
        await #expect(processExitsWith: .exitCode(10 + EPERM)) { exit(10 + startTrue(afterConfining: false)) }
    }
}

/// Confines the process, and starts a program. Returns the errno; 0 when it was started.
private func startTrue(afterConfining startsPrograms: Bool) -> CInt {
    _ = Confinement.begin(startsPrograms: startsPrograms)
    var (pid, output): (pid_t, CInt) = (0, 0)
    let word = unsafe strdup("/bin/true")
    var arguments = unsafe [word, nil]
    var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
    return unsafe Confinement.withClosed([]) { closed in
        unsafe kt_spawn("/bin/true", &arguments, &environment, closed, -1, &pid, &output)
    }
}
