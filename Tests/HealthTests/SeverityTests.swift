import Domain
import SocketAPI
import Testing

@testable import Health

/// How urgent a problem is: by its code, and by when a secret dies.
@Suite struct SeverityTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)
    private static let day = 86_400

    @Test(arguments: [
        (8 * day, Severity.warning), (7 * day + 1, .warning), (7 * day, .critical), (day, .critical), (3600, .critical),
        (0, .critical), (-1, .critical), (-400 * day, .critical),
    ]) func `a warning becomes critical 7 days before a secret expires, and stays so`(
        left: Int, is severity: Severity
    ) {
        for code in ["target_failed", "lost_response", "unreachable", "a_code_of_tomorrow"] {
            #expect(Severity(code, deadline: Self.now + left, now: Self.now) == severity, "\(code)")
        }
        #expect(Severity("rotation_blocked", deadline: Self.now + left, now: Self.now) == .critical)
        #expect(Severity("rotation_paused", deadline: Self.now + left, now: Self.now) == .note)
    }

    @Test func `every problem but a note fires an alert, by the same rule`() {
        for code in AttentionCode.allCases.map(\.rawValue) {
            #expect((AlertPolicy(code) == nil) == (Severity.base(code) == .note), "\(code)")
        }
    }

    @Test func `the most urgent problem of a status decides the exit code of its check`() {
        func status(_ problems: [HealthIssue]) -> Severity? {
            StatusDocument(
                state: .unlocked, version: "1", startedAt: Self.now, now: Self.now, problems: problems, apps: []
            ).severity
        }
        let warning = HealthIssue(.targetFailed, "away", deadline: Self.now + Self.day)
        #expect(status([]) == nil && status([.init(.rotationPaused, "paused")]) == .note)
        #expect(status([.init(.rotationPaused, "paused"), warning]) == .warning)
        #expect(status([warning, warning.graded(at: Self.now)]) == .critical)
        #expect(status([StatusReport.locked]) == .critical)
    }
}
