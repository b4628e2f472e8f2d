import Domain
import SocketAPI

/// The generations of an app on the axis of the period, as SVG: drawn in parts of the width, so that text keeps its size.
struct Timeline {
    let app: RotationReport.App
    let since: Timestamp
    let now: Timestamp

    /// More would not be legible. The newest are drawn.
    static let mostLanes = 12
    private static let lane = 24
    private static let axis = 18

    /// Lanes, one for each generation, with a scale below them.
    func full(_ html: inout HTMLWriter) {
        let lanes = Array(app.generations.suffix(Self.mostLanes))
        let height = lanes.count * Self.lane + Self.axis
        html.element(
            "svg",
            [
                .init("class", "timeline"), .init("height", "\(height)"), .init("role", "img"),
                .init("aria-label", "generations of \(app.name) from \(since.day) to \(now.day)"),
            ]
        ) { html in
            for tick in Self.ticks(since, now) {
                line(&html, "tick", x: tick, 0, height - Self.axis)
                text(&html, "scale", x: tick, height - 4, tick.dayWords)
            }
            for (index, generation) in lanes.enumerated() {
                draw(&html, generation, after: lanes.dropFirst(index + 1).first, top: index * Self.lane)
            }
        }
        html.line()
    }

    /// One line, for a table.
    func brief(_ html: inout HTMLWriter) {
        html.element(
            "svg", [.init("class", "brief"), .init("height", "14"), .init("aria-hidden", "true")]
        ) { html in
            for (index, generation) in app.generations.enumerated() {
                guard let from = generation.since else { continue }
                let next = app.generations.dropFirst(index + 1).first?.since
                bar(&html, index % 2 == 0 ? "live" : "live other", from, next ?? now, y: 4, height: 6)
            }
            for rotation in app.rotations where rotation.state == .blocked || rotation.state == .refused {
                line(&html, "bad", x: rotation.endedAt ?? rotation.askedAt, 0, 14)
            }
        }
    }

    /// One sign, for a legend.
    static func sample(_ html: inout HTMLWriter, _ style: String) {
        html.element(
            "svg", [.init("width", "22"), .init("height", "14"), .init("aria-hidden", "true")]
        ) { html in
            switch style {
            case "verified", "pushed":
                html.element(
                    "circle", [.init("class", style), .init("cx", "11"), .init("cy", "7"), .init("r", "3")], "")
            case "revoked": html.element("text", [.init("class", style), .init("x", "11"), .init("y", "12")], "×")
            default:
                html.element(
                    "rect",
                    [.init("class", style), .init("width", "22"), .init("y", "4"), .init("height", "6")], "")
            }
        }
    }

    private func draw(
        _ html: inout HTMLWriter, _ generation: HistoryDocument.Generation, after next: HistoryDocument.Generation?,
        top: Int
    ) {
        let rotation = app.rotations.first { $0.id == generation.rotation }
        let replaced = app.rotations.first { $0.base == generation.generation && $0.liveAt != nil }
        let middle = top + 15
        html.element("g") { html in
            html.element("title", title(generation, rotation))
            if let from = generation.since {
                let until = next?.since ?? now
                if let asked = rotation?.askedAt, asked < from {
                    bar(&html, "asked", asked, from, y: middle, height: 1)
                }
                bar(&html, "live", from, until, y: middle - 3, height: 6)
                if next != nil {
                    let end = min(replaced?.oldEndedAt ?? generation.endsAt ?? now, now)
                    if end > until { bar(&html, "grace", until, end, y: middle - 2, height: 4) }
                    if let revoked = replaced?.oldEndedAt { mark(&html, "×", "revoked", revoked, middle) }
                }
                if let verified = rotation?.verifiedAt { circle(&html, "verified", verified, middle) }
                if let pushed = rotation?.pushedAt { circle(&html, "pushed", pushed, middle) }
                text(&html, "number", x: max(from, since), top + 9, "\(generation.generation)")
            }
        }
    }

    private func title(_ generation: HistoryDocument.Generation, _ rotation: RotationEvidence?) -> String {
        var words = ["generation \(generation.generation)"]
        if let rotation { words.append("asked \(rotation.askedAt.minute)") }
        if let verified = rotation?.verifiedAt { words.append("verified \(verified.minute)") }
        if let since = generation.since { words.append("live \(since.minute)") }
        if let pushed = rotation?.pushedAt { words.append("pushed \(pushed.minute)") }
        if let ends = generation.endsAt { words.append((ends <= now ? "ended " : "ends ") + ends.minute) }
        return words.joined(separator: ", ")
    }

    // MARK: Shapes

    private func percent(_ time: Timestamp) -> Double {
        let whole = Double(max(now - since, 1))
        return min(max(Double(time - since) / whole, 0), 1) * 100
    }

    private func share(_ number: Double) -> String {
        let thousandths = Int((number * 100).rounded())
        let rest = thousandths % 100
        return "\(thousandths / 100).\(rest < 10 ? "0" : "")\(rest)%"
    }

    private func bar(
        _ html: inout HTMLWriter, _ style: String, _ from: Timestamp, _ to: Timestamp, y: Int, height: Int
    ) {
        let (start, end) = (percent(from), percent(to))
        guard to >= since, from <= now, end >= start else { return }
        html.element(
            "rect",
            [
                .init("class", style), .init("x", share(start)), .init("width", share(max(end - start, 0.15))),
                .init("y", "\(y)"), .init("height", "\(height)"),
            ], "")
    }

    private func line(_ html: inout HTMLWriter, _ style: String, x time: Timestamp, _ top: Int, _ bottom: Int) {
        let x = share(percent(time))
        html.element(
            "line",
            [
                .init("class", style), .init("x1", x), .init("x2", x), .init("y1", "\(top)"), .init("y2", "\(bottom)"),
            ], "")
    }

    private func circle(_ html: inout HTMLWriter, _ style: String, _ time: Timestamp, _ y: Int) {
        guard time >= since else { return }
        html.element(
            "circle",
            [.init("class", style), .init("cx", share(percent(time))), .init("cy", "\(y)"), .init("r", "3")], "")
    }

    private func mark(_ html: inout HTMLWriter, _ sign: String, _ style: String, _ time: Timestamp, _ y: Int) {
        guard time >= since else { return }
        text(&html, style, x: time, y + 5, sign)
    }

    private func text(_ html: inout HTMLWriter, _ style: String, x time: Timestamp, _ y: Int, _ words: String) {
        let x = percent(time)
        html.element(
            "text",
            [
                .init("class", x > 90 ? style + " end" : style), .init("x", share(x)), .init("y", "\(y)"),
            ], words)
    }

    // MARK: The scale

    /// Beginnings of months, or of days in a short period.
    static func ticks(_ since: Timestamp, _ now: Timestamp) -> [Timestamp] {
        let days = max((now - since) / 86_400, 1)
        let every = [1, 2, 7, 14, 30, 60, 91, 182, 365].first { days / $0 <= 6 } ?? max(days / 6, 1)
        let first = (since.unixSeconds / 86_400 + 1) * 86_400
        return stride(from: first, through: now.unixSeconds, by: every * 86_400).map(Timestamp.init(unixSeconds:))
    }
}

extension Timestamp {
    /// `2026-11-30`
    var day: String { String(description.prefix(10)) }
    /// `2026-11-30 02:14`
    var minute: String { day + " " + description.dropFirst(11).prefix(5) }
    /// `2026-11-30 02:14:05`
    var second: String { day + " " + description.dropFirst(11).prefix(8) }
    /// `30 Nov`
    var dayWords: String {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = day.split(separator: "-")
        let month = Int(parts.dropFirst().first ?? "") ?? 1
        return "\(Int(parts.last ?? "") ?? 0) \(months[(month - 1) % 12])"
    }
}

/// A text with its times as the page writes them.
func withPlainTimes(_ text: String) -> String {
    text.replacing(#/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z/#) { match in
        Timestamp(String(match.output))?.second ?? String(match.output)
    }
}
