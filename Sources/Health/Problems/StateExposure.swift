import Doctor
package import Domain
import Glibc
package import SocketAPI
import Synchronization

/// Whether other users can reach the state directory's files. Looks at most every ten seconds: the status is asked for more
/// often.
package final class StateExposure: Sendable {
    private static let pause = 10

    private let modes: StateModes
    private let last = Mutex<(at: Int, findings: [Finding])?>(nil)

    package init(in stateDirectory: String) {
        modes = StateModes(in: stateDirectory, owner: geteuid())
    }

    package func problems(_ now: Moment) -> [HealthIssue] {
        let findings = last.withLock { last in
            if let last, now.boot - last.at < Self.pause { return last.findings }
            let found = modes.findings
            last = (now.boot, found)
            return found
        }
        guard let first = findings.first else { return [] }
        let more = findings.count > 1 ? "; and \(counted(findings.count - 1, "more"))" : ""
        let place = first.place == "." ? "the state directory" : "\(first.place) in the state directory"
        return [HealthIssue(.stateOpen, "\(place): \(first.detail)\(more)", try: first.hint)]
    }
}
