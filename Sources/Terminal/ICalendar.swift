import Domain
package import SocketAPI

/// A calendar as a file for calendar programs (RFC 5545). All times are in UTC, so that no time zone has to be described.
package enum ICalendar {
    /// The most bytes of a line, without its end (RFC 5545, 3.1).
    private static let longestLine = 75

    package static func text(_ calendar: CalendarDocument) -> String {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Keyturn//keyturn \(keyturnVersion)//EN", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH",
        ]
        let stamp = "DTSTAMP:\(utc(calendar.now))"
        for event in calendar.events { lines += component(event, stamp) }
        for windows in calendar.windows { lines += components(windows, stamp) }
        lines.append("END:VCALENDAR")
        return lines.map { folded($0) + "\r\n" }.joined()
    }

    private static func component(_ event: CalendarDocument.Event, _ stamp: String) -> [String] {
        let subject = event.app?.description ?? event.target?.description ?? "keyturn"
        return [
            "BEGIN:VEVENT", "UID:\(escaped(event.uid))@keyturn", stamp, "DTSTART:\(utc(event.at))",
            "SUMMARY:\(escaped("\(subject): \(event.words)"))", "DESCRIPTION:\(escaped(event.detail))",
            "CATEGORIES:\(escaped(event.kind.rawValue))", "STATUS:\(event.isExpected ? "TENTATIVE" : "CONFIRMED")",
            "TRANSP:TRANSPARENT", "END:VEVENT",
        ]
    }

    private static func components(_ windows: CalendarDocument.Windows, _ stamp: String) -> [String] {
        let name = "\(windows.window) \(windows.timeZone)"
        let slug = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        return windows.openings.flatMap { opening in
            [
                "BEGIN:VEVENT", "UID:window-\(slug)-\(utc(opening.from))@keyturn", stamp,
                "DTSTART:\(utc(opening.from))", "DTEND:\(utc(opening.to))",
                "SUMMARY:\(escaped("rotation window of \(counted(windows.apps, "app"))"))",
                "DESCRIPTION:\(escaped(name))", "CATEGORIES:window", "TRANSP:TRANSPARENT", "END:VEVENT",
            ]
        }
    }

    /// `20261203T010000Z`
    private static func utc(_ time: Timestamp) -> String { time.description.filter { $0 != "-" && $0 != ":" } }

    /// A value of the type TEXT (3.3.11).
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\", ";", ",": escaped += "\\\(character)"
            case "\n", "\r\n", "\r": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// Lines of at most 75 bytes; those after the first begin with a space. No character is split.
    static func folded(_ line: String) -> String {
        var (folded, room) = ("", longestLine)
        for scalar in line.unicodeScalars {
            let size = UTF8.width(scalar)
            if size > room {
                folded += "\r\n "
                room = longestLine - 1
            }
            folded.unicodeScalars.append(scalar)
            room -= size
        }
        return folded
    }
}

extension CalendarDocument.Event {
    /// What happens, in a few words.
    var words: String {
        switch kind.known {
        case .rotation: isExpected ? "rotation, expected" : "rotation"
        case .overlapEnds: "an overlap ends"
        case .secretEnds: "a secret ends"
        case .certificateExpires: "a certificate expires"
        case .deadline: "deadline"
        case nil: kind.rawValue
        }
    }
}
