/// Why a text of the schedule, or a time zone, cannot be used.
package struct ScheduleError: Advised, Error, Equatable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// No duration, or one out of bounds.
        case duration
        /// No window.
        case window
        /// No name that a time zone can have.
        case zoneName
        /// No file of that name.
        case zoneUnknown
        /// The file cannot be read, or is none that this program understands.
        case zoneFile
    }

    package let code: Code
    package let advice: Advice

    package init(_ code: Code, _ detail: String, hint: String) {
        self.code = code
        advice = Advice(detail, try: hint)
    }

    package var description: String { detail }

    /// A piece of what was given, fit to be shown: short, and of printable ASCII alone.
    package static func quoted(_ bytes: some Collection<UInt8>) -> String {
        guard !bytes.isEmpty else { return "an empty text" }
        guard bytes.count <= 40 else { return "a text of \(bytes.count) bytes" }
        guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return "a text with other than plain characters" }
        return "'\(String(decoding: bytes, as: UTF8.self))'"
    }
}
