package import Domain
package import SecretJSON
package import SocketAPI

extension RotationReport {
    /// What an auditor asks about: a problem that there is now, or something in the period that was not as planned.
    package struct Exception: Equatable, Sendable, MemberList {
        /// A code of the status for a problem that there is now; otherwise one of ``Kind``.
        package let kind: String
        package let isOpen: Bool
        package let severity: Severity?
        package let app: Name?
        package let at: Timestamp?
        package let detail: String

        /// The raw values are stable.
        package enum Kind: String, CaseIterable {
            case byHand = "by_hand"
            case blocked
            case refused
            case unknownOutcome = "unknown_outcome"
            case cancelled
            case changedOutside = "changed_outside"
            case restored
            case pushFailed = "push_failed"
            case denied
            case neverRotated = "no_schedule"
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            kind = try members("kind", \.kind)
            isOpen = try members("open", \.isOpen)
            severity = try members.orNull("severity", \.severity)
            app = try members.orNull("app", \.app)
            at = try members.orNull("at", \.at)
            detail = try members("detail", \.detail)
        }

        private init(_ kind: Kind, _ app: Name?, at: Timestamp?, _ detail: String, isOpen: Bool = false) {
            (self.kind, self.app, self.at, self.detail) = (kind.rawValue, app, at, detail)
            (self.isOpen, severity) = (isOpen, nil)
        }

        private init(_ problem: HealthIssue) {
            (kind, app, detail) = (problem.code, problem.app, problem.detail)
            (isOpen, severity, at) = (true, problem.severity, nil)
        }

        /// - Parameter problems: of these apps, and of the host.
        static func all(
            _ problems: [HealthIssue], _ apps: [App], _ evidence: [Name: AppEvidence],
            _ refusals: [EvidencePage.Refusals], now: Timestamp
        ) -> [Exception] {
            let open = problems.map(Exception.init)
            let unplanned = apps.filter { $0.policy.policy.every == nil }.map {
                Exception(.neverRotated, $0.name, at: nil, "its secret is rotated only on request", isOpen: true)
            }
            let ofApps = apps.flatMap { app in
                app.rotations.flatMap { events(app.name, $0) }
                    + lines(app.name, evidence[app.name]?.lines.compactMap(LogLine.init) ?? [])
                    + denials(app.name, app.requests)
            }
            let withoutLines = refusals.map {
                Exception(
                    .denied, nil, at: $0.last,
                    "\(counted($0.count, "request")) of \(caller($0.uid)) denied, without lines of their own")
            }
            let past = (ofApps + withoutLines).sorted { ($0.at ?? now, $0.detail) > ($1.at ?? now, $1.detail) }
            return open + unplanned + past
        }

        private static func events(_ app: Name, _ rotation: RotationEvidence) -> [Exception] {
            let id = "rotation \(rotation.id.prefix(8))"
            let why = rotation.reason.map { ": \($0)" } ?? ""
            switch rotation.state.known {
            case .refused:
                return [Exception(.refused, app, at: rotation.endedAt, "Zoom made no new secret, \(id)\(why)")]
            case .aborted: return [Exception(.cancelled, app, at: rotation.endedAt, "\(id) was cancelled\(why)")]
            default:
                guard rotation.trigger == .manual else { return [] }
                return [
                    Exception(
                        .byHand, app, at: rotation.askedAt,
                        "\(id) has a secret that was made in the Marketplace, entered by \(rotation.askedBy)")
                ]
            }
        }

        private static func lines(_ app: Name, _ lines: [LogLine]) -> [Exception] {
            var found: [Exception] = []
            var failures: [String: (count: Int, last: LogLine)] = [:]
            for line in lines {
                let rotation = line.rotation.map { "rotation \($0.prefix(8))" } ?? "a rotation"
                let why = line.reason.map { ": \($0)" } ?? ""
                switch (line.action, line.outcome) {
                case ("rotation.blocked", "done"):
                    found.append(Exception(.blocked, app, at: line.time, "\(rotation) was blocked\(why)"))
                case ("rotation.lost_response", "done"):
                    found.append(Exception(.unknownOutcome, app, at: line.time, "\(rotation)\(why)"))
                case ("target.changed_outside", _):
                    found.append(
                        Exception(
                            .changedOutside, app, at: line.time,
                            "target \(line.target ?? "") was changed by somebody else\(why)"))
                case ("target.restored", _):
                    found.append(
                        Exception(
                            .restored, app, at: line.time,
                            "the current secret was pushed again over a change of target \(line.target ?? "")"))
                case ("target.pushed", "failed"):
                    let target = line.target ?? ""
                    failures[target] = ((failures[target]?.count ?? 0) + 1, line)
                default: break
                }
            }
            for (target, failure) in failures {
                found.append(
                    Exception(
                        .pushFailed, app, at: failure.last.time,
                        "\(counted(failure.count, "push", "pushes")) to target \(target) failed, last: "
                            + (failure.last.reason ?? "no reason")))
            }
            return found
        }

        private static func denials(_ app: Name, _ requests: [AppEvidence.Requests]) -> [Exception] {
            Dictionary(grouping: requests.filter { $0.outcome == "denied" }, by: \.uid).map { uid, all in
                let count = all.reduce(0) { $0 + $1.count }
                return Exception(
                    .denied, app, at: all.map(\.last).max(), "\(counted(count, "request")) of \(caller(uid)) denied")
            }
        }

        private static func caller(_ uid: Int?) -> String { uid.map { "uid \($0)" } ?? "unknown callers" }
    }
}
