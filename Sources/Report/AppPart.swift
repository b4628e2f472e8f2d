import Domain
import SocketAPI
import Terminal

/// The age of a secret against its policy, as a bar and in words.
struct Gauge {
    let app: RotationReport.App
    let now: Timestamp

    func write(_ html: inout HTMLWriter) {
        let age = spoken(seconds: app.age(now))
        guard let spent = app.spent(now), let every = app.policy.policy.every else {
            return html.element("span", class: "gauge") {
                $0.element("span", class: "words", "\(age), on request only")
            }
        }
        let isBad = app.isOverdue(now)
        html.element("span", class: isBad ? "gauge bad" : "gauge") { html in
            html.element("svg", [.init("width", "72"), .init("height", "8"), .init("aria-hidden", "true")]) { html in
                html.element("rect", [.init("class", "all"), .init("width", "72"), .init("height", "8")], "")
                let width = min(Int((spent * 72).rounded()), 72)
                html.element("rect", [.init("class", "part"), .init("width", "\(width)"), .init("height", "8")], "")
            }
            html.element("span", class: "words", "\(age) of \(spoken(seconds: every))\(isBad ? ", overdue" : "")")
        }
    }
}

/// Everything about one app.
struct AppPart {
    let app: RotationReport.App
    let report: RotationReport

    func write(_ html: inout HTMLWriter) {
        html.element("section", [.init("class", "app"), .init("id", "app-\(app.name)")]) { html in
            html.element("h2", app.name.description)
            html.element("p", class: "about", about)
            if app.generations.contains(where: { $0.since != nil }) {
                Timeline(app: app, since: report.since, now: report.now).full(&html)
                let hidden = app.generations.count - Timeline.mostLanes
                if hidden > 0 { html.element("p", class: "none", "\(hidden) earlier generations are not drawn.") }
            }
            rotations(&html)
            if !app.targets.isEmpty { targets(&html) }
            if !app.requests.isEmpty { requests(&html) }
            if app.linesLeftOut > 0 || app.requestsLeftOut > 0 {
                html.element(
                    "p", class: "none",
                    "Left out: \(counted(app.linesLeftOut, "older line")) of the log, and "
                        + "\(counted(app.requestsLeftOut, "request")) of further callers.")
            }
        }
        html.line()
    }

    private var about: String {
        let policy = app.policy.policy
        var words = [app.description, app.owner.map { "owner \($0)" }].compactMap(\.self)
        words += app.labels.all.map(\.description)
        words.append(
            policy.every.map { "rotated every \(spoken(seconds: $0))" } ?? "rotated on request only")
        if !policy.windows.isEmpty { words.append("\(policy.windows) \(policy.timeZone)") }
        words.append(
            policy.overlap == 0
                ? "grace period until all clients have moved" : "grace period \(spoken(seconds: policy.overlap))")
        if policy.isPaused { words.append("paused") }
        return words.joined(separator: " · ")
    }

    // MARK: Rotations

    private func rotations(_ html: inout HTMLWriter) {
        guard !app.rotations.isEmpty else {
            return html.element("p", class: "none", "No rotation in this period.")
        }
        for rotation in app.rotations.reversed() {
            html.element("div", class: "rotation") { html in
                html.element("h3") { html in
                    html.write(rotation.isWithoutSecret ? "\(rotation.base)" : "\(rotation.base) → \(rotation.target)")
                    html.element("span", class: rotation.isTrouble ? "state bad" : "state", rotation.state.words)
                    html.element("span", class: "id", rotation.id)
                    html.element("span", class: "lines", lines(rotation))
                }
                list(&html, steps(rotation), "steps")
                if let ending = rotation.ending {
                    html.element("p", class: "ending", "Old secret: \(withPlainTimes(ending))")
                }
                if !rotation.consumers.isEmpty {
                    list(&html, rotation.consumers.map { step($0, rotation) }, "steps moves")
                }
                if let reason = rotation.reason, rotation.isTrouble {
                    html.element("p", class: "reason", withPlainTimes(reason))
                }
            }
            html.line()
        }
    }

    private struct Step {
        let name: String
        let at: Timestamp?
        var words: String?
        var isBad = false
    }

    private func list(_ html: inout HTMLWriter, _ steps: [Step], _ style: String) {
        html.element("dl", class: style) { html in
            for step in steps {
                html.element("div") { html in
                    html.element("dt", step.name)
                    html.element("dd") { html in
                        if let at = step.at { html.time(at, at.second) }
                        if let words = step.words {
                            html.element("span", class: step.isBad ? "words bad" : "words", words)
                        }
                    }
                }
            }
        }
    }

    private func lines(_ rotation: RotationEvidence) -> String {
        guard let first = rotation.firstLine, let last = rotation.lastLine else { return "no line of the log any more" }
        return "lines \(first) to \(last)"
    }

    private func steps(_ rotation: RotationEvidence) -> [Step] {
        let calls = rotation.zoomAskedAt
        return [
            Step(name: "asked for", at: rotation.askedAt, words: "by \(rotation.askedBy)"),
            Step(
                name: "Zoom asked", at: calls.first,
                words: calls.isEmpty
                    ? missing(rotation.trigger == .manual) : calls.count > 1 ? "\(calls.count) times" : nil),
            rotation.isWithoutSecret
                ? nil
                : Step(
                    name: "verified", at: rotation.verifiedAt, words: rotation.verifiedAt == nil ? missing(false) : nil),
            Step(name: "live", at: rotation.liveAt, words: rotation.liveAt == nil ? "no" : nil),
            app.targets.isEmpty || rotation.isWithoutSecret
                ? nil
                : Step(name: "pushed", at: rotation.pushedAt, words: rotation.pushedAt == nil ? missing(false) : nil),
            rotation.liveAt == nil
                ? nil
                : Step(
                    name: rotation.oldEndedAt == nil ? "old secret ends" : "old secret ended",
                    at: rotation.oldEndedAt ?? rotation.oldEndsAt),
        ].compactMap(\.self)
    }

    private func step(_ consumer: RotationEvidence.Consumer, _ rotation: RotationEvidence) -> Step {
        let name = "\(consumer.kind) \(consumer.name)"
        guard let how = consumer.how else {
            return Step(
                name: name, at: nil,
                words: rotation.oldEndedAt == nil ? "has not moved yet" : "never had the new secret",
                isBad: rotation.oldEndedAt != nil)
        }
        guard let at = consumer.at else { return Step(name: name, at: nil, words: "\(how); when is not in the log") }
        let after = rotation.liveAt.map { ", \(spoken(seconds: max(at - $0, 0))) after" } ?? ""
        return Step(name: name, at: at, words: how + after)
    }

    private func missing(_ isByHand: Bool) -> String { isByHand ? "not asked: made by hand" : "not in the log" }

    // MARK: Targets and requests

    private func targets(_ html: inout HTMLWriter) {
        html.element("h3", "Push targets")
        html.table("targets", ["Target", "Console", "Connection", "Has generation", "Since"], app.targets) {
            html, target, column in
            switch column {
            case 0: html.write(target.name.description)
            case 1: html.write(target.adminURL)
            case 2: html.write(target.connection)
            case 3:
                if target.changedAt != nil {
                    html.element("strong", class: "bad", "changed outside")
                } else {
                    html.write(target.generation.map(String.init) ?? "none")
                }
            default: (target.changedAt ?? target.pushedAt).map { html.time($0, $0.minute) }
            }
        }
    }

    /// More are in the other forms of the report.
    private static let mostRequests = 200

    private func requests(_ html: inout HTMLWriter) {
        html.element("h3", "Who fetched which")
        let shown = app.requests.suffix(Self.mostRequests)
        html.table(
            "requests", ["Client", "Request", "Generation", "First", "Last", "Times"], shown
        ) { html, request, column in
            switch column {
            case 0:
                let uid = request.uid.map { "uid \($0)" }
                html.write([request.client, uid].compactMap(\.self).joined(separator: ", "))
            case 1:
                html.write(request.action)
                if request.outcome != "allowed" { html.element("strong", class: "bad", " \(request.outcome)") }
            case 2: html.write(request.generation.map(String.init) ?? "–")
            case 3: html.time(request.first, request.first.minute)
            case 4: html.time(request.last, request.last.minute)
            default: html.write("\(request.count)")
            }
        }
        if shown.count < app.requests.count {
            html.element(
                "p", class: "none", "\(app.requests.count - shown.count) earlier ones are in the report with --json.")
        }
    }
}

extension RotationEvidence {
    /// Whether it did not end well, or waits for an operator.
    var isTrouble: Bool { [.blocked, .refused, .aborted].contains(state.known) }

    /// Whether it ended before there was a new secret.
    var isWithoutSecret: Bool { liveAt == nil && [.refused, .aborted].contains(state.known) }
}
