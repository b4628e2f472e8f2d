import Domain
package import SocketAPI

/// The status for people: problems first, each with a command to type, then the apps.
package struct StatusText {
    /// Longer lists of apps are summarised, and of problems counted, unless a limit was given.
    package static let most = 40

    private let status: StatusDocument
    /// The number of apps, shown or not.
    private let total: Int
    private let isSummed: Bool

    /// - Parameters:
    ///   - selection: the apps that were asked for.
    ///   - isBrief: whether to summarise long lists, as on a terminal.
    package init(_ status: StatusDocument, _ selection: StatusSelection = StatusSelection(), isBrief: Bool) {
        let matching = StatusSelection(filter: selection.filter).applied(to: status)
        total = matching.apps.count
        isSummed = isBrief && selection.limit == nil && total > Self.most
        var selection = selection
        if isSummed {
            selection.limit = Self.most / 2
            selection.order = selection.order ?? .problems
        }
        self.status = selection.applied(to: status)
    }

    package func text(_ paint: Paint, width: Int?) -> String {
        var text =
            "keyturnd \(status.version), "
            + paint.text(status.state.rawValue, status.state == .unlocked ? .good : .bad)
            + ", up \(spoken(seconds: status.now - status.startedAt))\n"
        if let resealing = status.resealing, let epoch = status.keyEpoch {
            let rows = counted(resealing.rows, "row is", "rows are")
            text += "key rotation: \(resealing.percent) % of \(rows) in epoch \(epoch)\n"
        }
        text += problems(paint, width)
        guard status.state == .unlocked else { return text }
        guard total > 0 else {
            return text + "\nno apps yet\n  try: " + paint.text("keyturn app add", .command) + "\n"
        }
        return text + "\n" + summary(paint) + table.text(paint, width: width, dropping: [2, 1, 4, 5]) + more(paint)
    }

    private func problems(_ paint: Paint, _ width: Int?) -> String {
        guard !status.problems.isEmpty else { return "" }
        var text = "\n" + paint.text("problems", .heading) + "\n"
        let shown = isSummed ? Self.most / 2 : .max
        text += ProblemText.text(status.problems.prefix(shown), paint, width: width)
        let left = status.problems.count - Self.most / 2
        if isSummed, left > 0 { text += "  and \(left) more: keyturn status --limit \(total) shows them\n" }
        return text
    }

    private func summary(_ paint: Paint) -> String {
        guard isSummed else { return "" }
        let ailing = ailing.count
        return counted(total, "app") + ", " + paint.text("\(ailing) with problems", ailing > 0 ? .warning : .good)
            + "; those that need attention first\n\n"
    }

    private func more(_ paint: Paint) -> String {
        let left = total - status.apps.count
        guard left > 0 else { return "" }
        return "\nand \(counted(left, "more app", "more apps"))\n  try: "
            + paint.text("keyturn status --filter 'zoom-*' --sort next --limit \(total)", .command) + "\n"
    }

    /// Apps that need attention: notes alone do not count.
    private var ailing: Set<Name> {
        Set(status.problems.filter { $0.severity != .note }.compactMap(\.app))
    }

    private var table: TextTable {
        var table = TextTable(["APP", "GENERATION", "SECRET AGE", "NEXT ROTATION", "TOKEN", "HOLD OLD", "ROTATION"])
        let ailing = ailing
        for app in status.apps {
            let token = app.tokenExpiresAt.map { "\(app.token.rawValue), \(spoken(seconds: $0 - status.now)) left" }
            table.add(cells: [
                .init(app.app.description, ailing.contains(app.app) ? .warning : nil), .init(String(app.generation)),
                .init(spoken(seconds: status.now - app.secretCreatedAt)), next(app),
                .init(token ?? app.token.rawValue, app.token == .refused ? .bad : nil),
                .init(app.oldHolders == 0 ? "-" : String(app.oldHolders), app.oldHolders == 0 ? nil : .warning),
                .init(app.rotation?.words ?? "-", app.rotation?.known == .blocked ? .bad : nil),
            ])
        }
        return table
    }

    private func next(_ app: StatusDocument.App) -> TextTable.Cell {
        guard !app.paused else { return .init("paused") }
        guard let next = app.nextRotationAt else { return .init("-") }
        return next > status.now ? .init("in \(spoken(seconds: next - status.now))") : .init("due", .warning)
    }
}

extension Paint {
    /// Paints each line separately, without its leading white space.
    func lines(_ text: String, _ meaning: Meaning) -> String {
        text.split(separator: "\n").map { line in
            let indent = line.prefix { $0 == " " }
            let isHint = line.dropFirst(indent.count).hasPrefix("try: ")
            let first = String(indent) + (isHint ? "try: " : "")
            return first + self.text(String(line.dropFirst(first.count)), meaning) + "\n"
        }.joined()
    }
}
