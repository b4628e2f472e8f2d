import Domain
package import SocketAPI

/// Everything about one app on a page: its state, its rotation, its problems, who has what, and what happened last.
package struct AppStatusText {
    private let status: AppStatusDocument
    private let times: TimeWords
    private var app: AppDocument { status.app }

    package init(_ status: AppStatusDocument, _ times: TimeWords) {
        self.status = status
        self.times = times
    }

    package func text(_ paint: Paint, width: Int?) -> String {
        let (word, meaning) = state
        var text = paint.text("●", meaning) + " " + paint.text(app.name.description, .heading) + ": "
        text += paint.text(word, meaning) + "\n"
        if let description = app.profile[.description] { text += wrapped(description, behind: "  ", width: width) }
        text += facts.folded(paint, width: width, indent: 2)
        if !status.problems.isEmpty {
            text += heading("problems", paint) + ProblemText.text(status.problems, paint, width: width)
        }
        text += heading("holders", paint)
        text +=
            status.holders.isEmpty
            ? "  no client has fetched the secret yet\n" : holders.folded(paint, width: width, indent: 2)
        if !status.targets.isEmpty {
            text += heading("push targets", paint) + targets.folded(paint, width: width, indent: 2)
        }
        text += heading("last events", paint) + events(paint, width)
        return text.replacing(Self.unbroken, with: " ")
    }

    /// Holds words together until the lines are broken.
    private static let unbroken = "\u{A0}"

    private func local(_ time: Timestamp) -> String { times.local(time).replacing(" ", with: Self.unbroken) }
    private func relative(_ time: Timestamp) -> String { times.relative(time).replacing(" ", with: Self.unbroken) }
    private func both(_ time: Timestamp) -> String { "\(relative(time)), \(local(time))" }

    private func heading(_ words: String, _ paint: Paint) -> String { "\n" + paint.text(words, .heading) + "\n" }

    /// The most urgent word: a host's problem concerns its apps too.
    private var state: (String, Paint.Meaning) {
        switch status.severity {
        case .critical: ("critical", .bad)
        case .warning: ("warning", .warning)
        case .note, nil:
            if status.rotation != nil {
                ("rotating", .good)
            } else if status.summary.paused {
                ("paused", .quiet)
            } else {
                ("healthy", .good)
            }
        }
    }

    // MARK: The app and its rotation

    private var facts: TextTable {
        var table = TextTable()
        if let owner = app.profile[.owner] { table.add("owner", owner) }
        if !app.labels.isEmpty { table.add("labels", app.labels.all.map(\.description).joined(separator: ", ")) }
        let age = "\(spoken(seconds: status.now - app.secretCreatedAt)) old"
        table.add("generation", "\(app.generation), \(age), since \(local(app.secretCreatedAt))")
        table.add("policy", policy)
        table.add("next rotation", next)
        table.add("verified", verified)
        table.add(cells: ["token", token])
        if let rotation = status.rotation {
            table.add("rotation", "\(rotation.id), \(rotation.trigger.words), to generation \(rotation.target)")
            table.add("steps", steps(rotation))
            if let reason = rotation.reason { table.add("because", reason) }
            if let progress = status.progress { table.add("waits for", waits(progress, rotation)) }
        }
        return table
    }

    private var policy: String {
        let policy = app.policy.policy
        let overlap = DurationText(seconds: policy.overlap).map(\.description) ?? ""
        let both =
            policy.overlap == 0
            ? "both secrets work until every client has the new one" : "both secrets work for at least \(overlap)"
        guard let every = policy.every else { return "rotated only on request; \(both)" }
        let windows = policy.windows.isEmpty ? "at any time" : "\(policy.windows) \(policy.timeZone)"
        return "every \(DurationText(seconds: every).map(\.description) ?? ""), \(windows); \(both)"
    }

    private var next: String {
        if status.rotation != nil { return "after this one" }
        if status.summary.paused { return "paused; to continue: keyturn resume \(app.name)" }
        guard let next = status.summary.nextRotationAt else { return "none is scheduled" }
        return next > status.now ? both(next) : "due, since \(local(next))"
    }

    private var verified: String {
        let isRefused = status.problems.contains {
            $0.app == app.name && $0.severity == .critical && ZoomCause(rawValue: $0.code) != nil
        }
        if isRefused { return "refused by Zoom: see the problems" }
        return status.summary.probedAt.map { "accepted by Zoom \(both($0))" } ?? "not yet"
    }

    private var token: TextTable.Cell {
        guard let expires = status.summary.tokenExpiresAt else {
            let token = status.summary.token
            return .init(token == .none ? "none is needed yet" : token.rawValue, token == .refused ? .bad : nil)
        }
        return .init("\(status.summary.token.rawValue), expires \(both(expires))")
    }

    private func steps(_ rotation: RotationDocument) -> String {
        let reached = (status.progress?.step ?? rotation.state).known
        let all = RotationProgress.steps
        let index = all.firstIndex { $0 == reached } ?? 0
        let isBlocked = rotation.state.known == .blocked
        return all.enumerated().map { number, step in
            let mark = number < index ? "✓" : number > index ? "·" : isBlocked ? "✗" : "▶"
            return "\(mark) \(step.words)".replacing(" ", with: Self.unbroken)
        }.joined(separator: " ") + (isBlocked ? " (blocked)" : "")
    }

    private func waits(_ progress: RotationProgress, _ rotation: RotationDocument) -> String {
        var text = progress.detail
        if !progress.names.isEmpty { text += ": " + progress.names.map(\.description).joined(separator: ", ") }
        let usual = progress.usual.flatMap { $0 > 0 ? ", usually at most \(spoken(seconds: $0))" : nil } ?? ""
        text += "; since \(spoken(seconds: status.now - progress.since))\(usual)"
        if let until = progress.until, until > status.now {
            text +=
                progress.waitsFor == .overlap
                ? "; until \(local(until)), \(relative(until))" : "; next attempt \(both(until))"
        }
        if let deadline = progress.deadline ?? rotation.oldSecretExpiresAt {
            text += "; the old secret expires \(both(deadline))"
        }
        return text
    }

    // MARK: Consumers

    private var holders: TextTable {
        var table = TextTable(["CLIENT", "GENERATION", "SINCE"])
        for holder in status.holders {
            let isOld = !holder.isCurrent
            table.add(cells: [
                .init(holder.client.description),
                .init("\(holder.generation)\(isOld ? ", old" : "")", isOld ? .warning : nil),
                .init(both(holder.at) + (holder.isAcknowledged ? ", acknowledged" : "")),
            ])
        }
        return table
    }

    private var targets: TextTable {
        var table = TextTable(["TARGET", "STATE", "GENERATION", "PUSHED"])
        for target in status.targets {
            let isBad = target.failure != nil || target.changedAt != nil
            let remark = target.remark
            table.add(cells: [
                .init(target.name.description),
                .init(remark.isEmpty ? target.state.rawValue : remark, isBad ? .warning : nil),
                .init(target.generation.map(String.init) ?? "-"),
                .init(target.pushedAt.map(both) ?? "never"),
            ])
        }
        return table
    }

    private func events(_ paint: Paint, _ width: Int?) -> String {
        var table = TextTable()
        for event in status.events {
            table.add(cells: [
                .init(times.relative(event.at), .quiet), .init(times.local(event.at), .quiet),
                .init(event.detail, event.event.known?.isBad == true ? .warning : nil),
            ])
        }
        return table.folded(paint, width: width, indent: 2)
    }
}

extension RecentEvent.Kind {
    fileprivate var isBad: Bool {
        switch self {
        case .targetChanged, .pushFailed: true
        case .appAdded, .idsChanged, .rotationStarted, .secretLive, .rotationEnded, .fetched, .acknowledged,
            .targetAdded, .pushed, .enginesUpdated:
            false
        }
    }
}
