package import Domain
package import SocketAPI

/// A calendar for people: a grid of weeks, and below it what is due on which day.
package struct CalendarText {
    /// Longer lists are counted at a terminal.
    package static let most = 40
    private static let cell = 10

    private let calendar: CalendarDocument
    private let isBrief: Bool
    private let reading: (Timestamp) -> LocalClock.Reading
    private let events: [Int: [CalendarDocument.Event]]
    private let openings: [Int: Int]

    /// - Parameters:
    ///   - isBrief: whether to count what a long list leaves out, as on a terminal.
    ///   - reading: the local clock.
    package init(
        _ calendar: CalendarDocument, isBrief: Bool,
        reading: @escaping (Timestamp) -> LocalClock.Reading = LocalClock.reading
    ) {
        self.calendar = calendar
        self.isBrief = isBrief
        self.reading = reading
        events = Dictionary(grouping: calendar.events) { reading($0.at).dayNumber }
        var openings: [Int: Int] = [:]
        for opening in calendar.windows.flatMap(\.openings) {
            let last = reading(opening.to + -1).dayNumber
            for day in reading(opening.from).dayNumber...last { openings[day, default: 0] += 1 }
        }
        self.openings = openings
    }

    package func text(_ paint: Paint, width: Int?) -> String {
        grid(paint) + list(paint, width) + windows(paint, width) + paused(paint, width)
    }

    // MARK: The grid

    private func grid(_ paint: Paint) -> String {
        let (first, last) = (reading(calendar.now), reading(calendar.until + -1))
        let (today, end) = (first.dayNumber, last.dayNumber)
        let zones = [first.zone, last.zone]
        let zone = zones[0] == zones[1] ? zones[0] : zones.joined(separator: ", then ")
        var text = paint.text("\(first.date) to \(last.date)", .heading) + ", times in \(zone)\n\n"
        text += row(LocalClock.weekdays.map { ($0, .heading) }, paint)
        for monday in stride(from: today - first.weekday, through: end, by: 7) {
            let days = (monday..<(monday + 7)).map { (today...end).contains($0) ? $0 : nil }
            text += row(days.map { $0.map { (label($0, isFirst: $0 == today), .heading) } ?? ("", nil) }, paint)
            let marks = days.map { day -> [Mark] in day.map { self.marks($0) } ?? [] }
            for line in 0..<(marks.map(\.count).max() ?? 0) {
                text += row(marks.map { line < $0.count ? $0[line] : ("", nil) }, paint)
            }
            text += "\n"
        }
        return text
    }

    private func row(_ cells: [(String, Paint.Meaning?)], _ paint: Paint) -> String {
        let texts = cells.map { text, meaning in
            paint.text(text, meaning) + String(repeating: " ", count: max(Self.cell + 1 - text.count, 0))
        }
        return String(texts.joined().reversed().drop { $0 == " " }.reversed()) + "\n"
    }

    /// The day of the month; with the month on the first day shown, and on the first of each.
    private func label(_ day: Int, isFirst: Bool) -> String {
        let date = Timestamp(unixSeconds: day * 86_400).description
        let (month, number) = (Int(date.dropFirst(5).prefix(2)) ?? 1, Int(date.dropFirst(8).prefix(2)) ?? 1)
        return isFirst || number == 1 ? "\(number) \(Self.months[month - 1])" : String(number)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private typealias Mark = (String, Paint.Meaning?)

    private func marks(_ day: Int) -> [Mark] {
        let events = events[day] ?? []
        func mark(_ kinds: [CalendarDocument.Event.Kind], _ word: String, _ meaning: Paint.Meaning) -> Mark? {
            let count = events.count { event in event.kind.known.map(kinds.contains) ?? false }
            return count > 0 ? (cut("\(count) \(word)", to: Self.cell), meaning) : nil
        }
        return [
            mark([.deadline], "deadline", .bad), mark([.secretEnds], "ends", .warning),
            mark([.certificateExpires], "cert", .warning), mark([.overlapEnds], "overlap", .quiet),
            mark([.rotation], "rotate", .good),
            openings[day].map { ($0 == 1 ? "window" : "\($0) windows", .quiet) },
        ].compactMap(\.self)
    }

    // MARK: The list

    private func list(_ paint: Paint, _ width: Int?) -> String {
        guard !calendar.events.isEmpty else { return "nothing is due\n" }
        let shown = isBrief ? calendar.events.prefix(Self.most) : calendar.events[...]
        var (text, last) = ("", -1)
        for event in shown {
            let reading = reading(event.at)
            let day = reading.dayNumber
            if day != last {
                text += paint.text("\(LocalClock.weekdays[reading.weekday]) \(reading.date)", .heading) + "\n"
            }
            last = day
            let subject = event.app?.description ?? event.target?.description
            let words = [subject, "\(event.words): \(event.detail)"].compactMap(\.self).joined(separator: " ")
            let lines = wrapped(words, behind: "  \(reading.clock)  ", width: width)
            text += event.meaning.map { paint.lines(lines, $0) } ?? lines
        }
        let left = calendar.events.count - shown.count + calendar.leftOut
        return left > 0 ? text + "  and \(left) more: keyturn calendar --json has them\n" : text
    }

    private func windows(_ paint: Paint, _ width: Int?) -> String {
        guard !calendar.windows.isEmpty else { return "" }
        let shown = isBrief ? calendar.windows.prefix(Self.most) : calendar.windows[...]
        var text = "\n" + paint.text("windows", .heading) + "\n"
        for windows in shown {
            let next = windows.openings.first.map { opening in
                let reading = reading(opening.from)
                let day = "\(LocalClock.weekdays[reading.weekday]) \(reading.date) \(reading.clock) \(reading.zone)"
                return opening.from <= calendar.now ? ", open since \(day)" : ", next \(day)"
            }
            text += wrapped(
                "\(windows.window) \(windows.timeZone): \(counted(windows.apps, "app"))\(next ?? ", not open by then")",
                behind: "  ", width: width)
        }
        let left = calendar.windows.count - shown.count
        return left > 0 ? text + "  and \(left) more: keyturn calendar --json has them\n" : text
    }

    private func paused(_ paint: Paint, _ width: Int?) -> String {
        guard !calendar.paused.isEmpty else { return "" }
        let names = calendar.paused.prefix(isBrief ? 10 : .max).map(\.description).joined(separator: ", ")
        let left = isBrief ? max(calendar.paused.count - 10, 0) : 0
        return "\n" + paint.text("paused, and not rotated by schedule", .heading) + "\n"
            + wrapped(names + (left > 0 ? ", and \(left) more" : ""), behind: "  ", width: width)
    }
}

extension CalendarDocument.Event {
    fileprivate var meaning: Paint.Meaning? {
        switch kind.known {
        case .deadline: .bad
        case .secretEnds, .certificateExpires: .warning
        case .overlapEnds, .rotation, nil: nil
        }
    }
}

extension LocalClock.Reading {
    /// Days since 1970-01-01 by this clock, whatever their lengths were.
    fileprivate var dayNumber: Int {
        (Timestamp("\(date)T00:00:00Z")?.unixSeconds ?? 0) / 86_400
    }
}
