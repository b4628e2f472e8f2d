import Domain
import SocketAPI

/// The report as comma-separated values by RFC 4180: a line for each rotation, and for each app without one.
package enum ReportCSV {
    static let columns = [
        "app", "owner", "labels", "generation", "secret_created_at", "rotate_every_seconds", "next_at", "overdue",
        "rotation", "state", "trigger", "old_generation", "new_generation", "asked_by", "asked_at", "zoom_asked_at",
        "verified_at", "live_at", "pushed_at", "moved", "not_moved", "old_secret_ended_at", "old_secret_ends_at",
        "old_secret_ending", "ended_at", "reason", "first_line", "last_line",
    ]

    package static func text(_ report: RotationReport) -> String {
        var lines = [columns]
        for app in report.apps {
            let start = start(app, report.now)
            guard !app.rotations.isEmpty else {
                lines.append(start + Array(repeating: "", count: columns.count - start.count))
                continue
            }
            for rotation in app.rotations { lines.append(start + values(rotation)) }
        }
        return lines.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func start(_ app: RotationReport.App, _ now: Timestamp) -> [String] {
        [
            app.name.description, app.owner ?? "", app.labels.all.map(\.description).joined(separator: " "),
            "\(app.generation)", app.secretCreatedAt.description, app.policy.policy.every.map(String.init) ?? "",
            text(app.policy.nextAt), app.isOverdue(now) ? "true" : "false",
        ]
    }

    private static func values(_ rotation: RotationEvidence) -> [String] {
        let moved = rotation.consumers.filter { $0.how != nil }
            .map { "\($0.kind) \($0.name) \($0.at?.description ?? "not in the log")" }
        let behind = rotation.consumers.filter { $0.how == nil }.map { "\($0.kind) \($0.name)" }
        return [
            rotation.id, rotation.state.rawValue, rotation.trigger.rawValue, "\(rotation.base)", "\(rotation.target)",
            rotation.askedBy, rotation.askedAt.description,
            rotation.zoomAskedAt.map(\.description).joined(separator: " "), text(rotation.verifiedAt),
            text(rotation.liveAt), text(rotation.pushedAt), moved.joined(separator: "; "),
            behind.joined(separator: "; "), text(rotation.oldEndedAt), text(rotation.oldEndsAt), rotation.ending ?? "",
            text(rotation.endedAt), rotation.reason ?? "", rotation.firstLine.map(String.init) ?? "",
            rotation.lastLine.map(String.init) ?? "",
        ]
    }

    private static func text(_ time: Timestamp?) -> String { time?.description ?? "" }

    /// A program for tables would calculate what begins like a formula, so such a text begins with an apostrophe.
    static func field(_ text: String) -> String {
        let text = plainLine(text)
        let safe = text.first.map { "=+-@".contains($0) } ?? false ? "'" + text : text
        return safe.contains { ",\"".contains($0) } ? "\"" + safe.replacing("\"", with: "\"\"") + "\"" : safe
    }
}
