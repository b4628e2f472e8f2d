import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import System
import Terminal

struct CalendarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar", abstract: "Show what falls due in the next days.",
        discussion: """
            A grid of weeks, and below it each day: rotations by schedule, the windows in which they may start, when overlaps
            end, when old secrets and certificates expire, and deadlines. "expected" are rotations after the next one or the
            running one, if each starts when it is due. Paused apps are listed, and have no rotations here. Days and times
            are those of the local clock.

            --ics writes a file for calendar programs. Importing a newer file replaces the events of the older one.
            --ics - writes it to standard output.

            Example: keyturn calendar
            Example: keyturn calendar zoom-prod --days 90
            Example: keyturn calendar --ics /tmp/keyturn.ics
            """)

    @Argument(help: "Only this app.", completion: .apps)
    var name: Name?

    @Option(help: ArgumentHelp("How many days, 1 to 366.", valueName: "number")) var days = 30
    @Option(
        help: ArgumentHelp("Write this file for calendar programs; - for standard output.", valueName: "file"),
        completion: .file())
    var ics: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...366).contains(days) else { throw ValidationError("--days needs a number from 1 to 366") }
        if common.json, ics != nil { throw ValidationError("--ics cannot be combined with --json") }
    }

    func run() throws {
        let path: RequestPath =
            name.map { "/v1/calendar?days=\(days)&app=\($0)" } ?? "/v1/calendar?days=\(days)"
        let answer = try common.admin.send(.get, path)
        if let ics { return try write(try answer.document(), to: ics) }
        try common.show(answer, as: CalendarDocument.self) { calendar in
            let width = Screen.width(of: STDOUT_FILENO)
            StandardOutput.write(CalendarText(calendar, isBrief: width != nil).text(common.paint, width: width))
        }
    }

    private func write(_ calendar: CalendarDocument, to path: String) throws {
        let text = ICalendar.text(calendar)
        if path == "-" {
            StandardOutput.write(unsafe text.utf8Span.span.bytes)
            return leftOut(calendar)
        }
        do throws(SystemError) { try Files.replace(path, with: unsafe text.utf8Span.span.bytes) } catch {
            throw CommandFailure(error)
        }
        let windows = calendar.windows.reduce(0) { $0 + $1.openings.count }
        StandardOutput.write("\(path): \(counted(calendar.events.count + windows, "event"))\n")
        leftOut(calendar)
    }

    private func leftOut(_ calendar: CalendarDocument) {
        if calendar.leftOut > 0 { complain("keyturn: \(calendar.leftOut) later events are left out") }
    }
}
