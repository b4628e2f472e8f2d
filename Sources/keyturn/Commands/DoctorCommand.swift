import ArgumentParser
import Doctor
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this host for problems, worst first.",
        discussion: """
            Checks the host, files, libraries, the vault and the connection to Zoom, without changing anything. Without a
            daemon it checks only what is visible from outside. Exits with 65 if there is a problem.

            Example: keyturn doctor
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let report = try report()
        if common.json {
            StandardOutput.write(document: report)
        } else {
            StandardOutput.write(CheckText.text(report.checks, width: Screen.width(of: STDOUT_FILENO)))
        }
        if !report.passed { throw CommandFailure(.badData, nil) }
    }

    private func report() throws -> CheckResults {
        do { return try asked() } catch let error as ClientError {
            switch error {
            case .notRunning, .notListening: return Self.withoutDaemon(common.paths)
            default: throw error
            }
        }
    }

    private func asked() throws -> CheckResults {
        let report: CheckResults = try common.admin.send(.get, "/v1/doctor", within: .seconds(120)).document()
        // The sandboxed service may not query the kernel's clock state, but an operator may.
        guard report.checks.contains(where: { $0.check == .clock && $0.outcome == .skipped }) else { return report }
        let seen = HostDoctor(paths: common.paths, now: SystemTime().now.wall).clock
        return CheckResults(worstFirst: report.checks.map { $0.check == .clock ? seen : $0 })
    }

    static func withoutDaemon(_ paths: Paths) -> CheckResults {
        let host = HostDoctor(paths: paths, now: SystemTime().now.wall)
        let isSystems = paths.runtimeDirectory == Paths.systemRuntimeDirectory
        let down =
            host.isServed
            ? CheckResult(
                .daemon, .failed,
                "a daemon serves the vault, but cannot be reached: its socket \(paths.adminSocket) was removed",
                try: isSystems ? Paths.restart : "restart keyturnd")
            : CheckResult(
                .daemon, .failed, "no daemon listens at \(paths.adminSocket)",
                try: isSystems ? Paths.restart : "systemctl start keyturnd, or keyturnd serve")
        let unseen = CheckResult(
            .vault, .skipped,
            "without a daemon the vault, the log, the libraries and the connection to Zoom are not checked",
            try: "keyturnd check")
        return CheckResults(worstFirst: [down] + host.lines + [unseen])
    }
}
