import Confinement
import Glibc
import Maintenance
import SocketAPI
import System

/// The doctor's lines about the daemon's confinement, which limits an attacker who takes it over. The kernel says what is
/// in force; the outcomes at the start say why something is not.
extension DaemonDoctor {
    /// - Parameters:
    ///   - status: according to the kernel now.
    ///   - program: the confinement of a started program; `nil` where none can be started.
    static func confinement(
        _ began: Confinement.Outcome, _ status: ConfinementStatus?, startsPrograms: Bool, program: Confinement.Outcome?
    ) -> [Line] {
        guard let status else {
            return [
                Line(
                    .confinement, .skipped, "the daemon's confinement is unknown: /proc is missing",
                    try: "mount -t proc proc /proc")
            ]
        }
        return [
            privileges(began, status), capabilities(began, status), calls(began, status, startsPrograms),
            programs(program),
        ]
    }

    private static func privileges(_ began: Confinement.Outcome, _ status: ConfinementStatus) -> Line {
        status.isUnprivileged
            ? Line(
                .noNewPrivileges, .passed, "neither the daemon nor its programs can gain privileges, such as by sudo"
            )
            : Line(
                .noNewPrivileges, .warning,
                "programs that the daemon starts may gain privileges: \(why(began.privileges))",
                try: "set NoNewPrivileges=yes in the unit")
    }

    private static func capabilities(_ began: Confinement.Outcome, _ status: ConfinementStatus) -> Line {
        let had = status.capabilities
        if had.isEmpty { return Line(.capabilities, .passed, "the daemon has none") }
        guard had.isSubset(of: .needed) else {
            return Line(
                .capabilities, .warning, "the daemon has more than it needs: \(why(began.capabilities))",
                try: "run it as a separate user, like the package's unit")
        }
        return Line(.capabilities, .passed, "the daemon has only what it uses as root: \(had)")
    }

    private static func calls(_ began: Confinement.Outcome, _ status: ConfinementStatus, _ startsPrograms: Bool) -> Line
    {
        guard began.calls == 0 || !status.isFiltered else {
            return Line(
                .systemCalls, .warning,
                "an outer filter restricts the daemon's system calls; its own filter is not in force: \(why(began.calls))",
                try: "in the unit: SystemCallFilter=seccomp; else a container runtime that allows seccomp(2)")
        }
        guard status.isFiltered else {
            return Line(
                .systemCalls, .warning, "the daemon may make every system call: \(why(began.calls))",
                try: "use a kernel with CONFIG_SECCOMP_FILTER, and a container runtime that allows seccomp(2)")
        }
        return Line(
            .systemCalls, .passed,
            "the kernel denies the daemon system calls that it never needs"
                + (startsPrograms ? "" : "; also starting programs, since no setting names one"))
    }

    private static func programs(_ outcome: Confinement.Outcome?) -> Line {
        let check = CheckName.programs
        guard let outcome else { return Line(check, .passed, "the daemon starts no programs") }
        guard outcome.files == 0 else {
            return Line(
                check, .warning,
                "unlock.command and commands of alerts.channels could change the vault's files: \(why(outcome.files, isLandlock: true))",
                try: landlockHint(outcome.files))
        }
        let missed = [outcome.privileges, outcome.capabilities, outcome.calls].first { $0 != 0 }
        if let missed {
            return Line(
                check, .warning,
                "unlock.command and commands of alerts.channels may do more than they need: \(why(missed))",
                try: "seccomp(2), prctl(2) and capset(2), allowed by the unit or the container runtime")
        }
        return Line(
            check, .passed,
            "unlock.command and commands of alerts.channels cannot write to the vault's directory, or signal the daemon"
        )
    }

    private static func why(_ reason: CInt, isLandlock: Bool = false) -> String {
        switch reason {
        case 0: "something else undid it"
        case ENOTSUP where !isLandlock: "this program was built with a sanitizer"
        case ENOSYS: "this kernel has no \(isLandlock ? "Landlock" : "such call")"
        case EOPNOTSUPP: "Landlock is off here, or older than Linux 5.19"
        default: SystemError.words(for: reason)
        }
    }

    private static func landlockHint(_ reason: CInt) -> String {
        switch reason {
        case ENOSYS, EOPNOTSUPP:
            "Linux 5.19 or newer, with landlock in /sys/kernel/security/lsm (boot with lsm=landlock,…)"
        case EPERM:
            "in the unit: SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self; else a container runtime that allows these"
        default: "replace the command: a channel of another type, a systemd credential"
        }
    }
}
