package import Domain
package import SocketAPI

/// The generations and rotations of an app in chronological order, oldest first.
package struct HistoryText {
    private enum Mark: String { case current = "●", past = "○", failure = "✗", underWay = "…" }

    private struct Moment {
        /// `nil` when the time is no longer known; the entry then keeps its position.
        let at: Timestamp?
        let mark: Mark
        let meaning: Paint.Meaning?
        let text: String
    }

    private let history: HistoryDocument
    private let now: Timestamp

    package init(_ history: HistoryDocument, now: Timestamp) {
        self.history = history
        self.now = now
    }

    package func text(_ paint: Paint, width: Int?) -> String {
        var last: Timestamp?
        // An entry without a time comes after the one that it followed.
        let placed = moments.enumerated().map { index, moment in
            last = moment.at ?? last
            return (key: last?.unixSeconds ?? .min, index: index, moment: moment)
        }
        return placed.sorted { ($0.key, $0.index) < ($1.key, $1.index) }.map { _, _, moment in
            let time = moment.at?.description ?? "time unknown        "
            let first = "\(time)  \(moment.mark.rawValue)  "
            let text = wrapped(moment.text, behind: first, width: width)
            return paint.text(time, .quiet) + "  " + paint.text(moment.mark.rawValue, moment.meaning)
                + text.dropFirst(time.count + 2 + 1)
        }.joined()
    }

    private var moments: [Moment] {
        let current = history.generations.last?.generation
        var moments: [Moment] = []
        for generation in history.generations {
            let isCurrent = generation.generation == current
            let end = generation.endsAt.map { $0 <= now ? ", valid until \($0)" : ", expires \($0)" } ?? ""
            moments.append(
                Moment(
                    at: generation.since, mark: isCurrent ? .current : .past, meaning: isCurrent ? .good : .quiet,
                    text: "generation \(generation.generation), \(words(generation))"
                        + (isCurrent ? ", current\(age(generation))" : end)))
        }
        for rotation in history.rotations where rotation.promotedAt == nil || rotation.state.known == .blocked {
            let why = rotation.reason.map { ": \($0)" } ?? ""
            let isOver = rotation.state.known.map { $0.isFinal || $0 == .blocked } ?? (rotation.endedAt != nil)
            moments.append(
                Moment(
                    at: rotation.endedAt ?? rotation.plannedAt, mark: isOver ? .failure : .underWay,
                    meaning: isOver ? .bad : .warning,
                    text: "rotation \(rotation.id), \(rotation.trigger.words), \(rotation.state.words)\(why)"))
        }
        return moments
    }

    private func words(_ generation: HistoryDocument.Generation) -> String {
        switch generation.origin {
        case .lost: return "made after the backup that the vault was restored from, and not in it"
        case .added: return "added with the app"
        case .identified: return "made by new IDs of the app"
        case .rotation:
            let trigger = history.rotations.first { $0.id == generation.rotation }.map { ", \($0.trigger.words)" } ?? ""
            return "rotation \(generation.rotation ?? "")\(trigger)"
        }
    }

    private func age(_ generation: HistoryDocument.Generation) -> String {
        generation.since.map { ", \(spoken(seconds: now - $0)) old" } ?? ""
    }
}
