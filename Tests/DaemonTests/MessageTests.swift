import Foundation
import Testing

/// Everything that the product says when something goes wrong, gathered from its sources, against the rules that all of it
/// keeps: one line, lower case, no full stop; what to try likewise; one is not many.
@Suite struct MessageTests {
    private struct Message: CustomStringConvertible {
        let place: String
        /// As it is written in the source, with its interpolations.
        let text: String
        /// Whether it begins a sentence, and does not go on with one.
        let isBeginning: Bool

        var description: String { "\(place): \(text)" }
    }

    /// What makes an error, a problem, a check, a line of a report.
    private static let makers = [
        "Problem", "CommandFailure", "ValidationError", "VaultError", "StoreError", "AuditError", "StartError",
        "InputError",
        "ScheduleError", "UnusableAnswer", "BadValue", "Advice", "HealthIssue", "Finding", "Line", "CheckResult",
        "ListenError", "ControlError",
        "RestoreError", "TransportFailure", "Refusal", "IssueFailure", "failure", "issue", "add", "refuse",
    ]
    /// Properties that are words for an error.
    private static let speakers = [
        "sentence", "hint", "description", "detail", "title", "words", "tasks", "reason", "meaning", "remedy", "advice",
    ]

    private static let all: [Message] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")
        let names = FileManager.default.enumerator(atPath: root.path)?.allObjects ?? []
        var found: [Message] = []
        for case let name as String in names where name.hasSuffix(".swift") && !name.hasPrefix("Sandbox/") {
            // HTTP's own words, as they have to be.
            guard name != "SocketAPI/Status.swift" else { continue }
            guard let text = try? String(contentsOf: root.appending(path: name), encoding: .utf8) else { continue }
            found += messages(in: Array(text.utf8), name)
        }
        return found
    }()

    private static func messages(in source: [UInt8], _ name: String) -> [Message] {
        var found: [Message] = []
        let text = String(decoding: source, as: UTF8.self)
        // A `Regex` takes ten times as long.
        let made = try? NSRegularExpression(
            pattern:
                "\\b(\(makers.joined(separator: "|")))\\(|\\.init\\(|\\bvar (\(speakers.joined(separator: "|")))\\b[^\\n]*\\{"
        )
        guard let made else { return [] }
        for match in made.matches(in: text, range: NSRange(text.startIndex..., in: text)) {
            guard let range = Range(match.range, in: text) else { continue }
            let start = text.utf8.distance(from: text.startIndex, to: range.upperBound)
            found += Literals(source, from: start).found.map { literal in
                Message(
                    place: "\(name):\(source[..<literal.offset].count { $0 == UInt8(ascii: "\n") } + 1)",
                    text: literal.text, isBeginning: literal.isBeginning)
            }
        }
        return found
    }

    @Test func `the messages of all parts are found`() {
        #expect(Self.all.count > 700, "\(Self.all.count)")
        for words in [
            "the app's name is missing", "the vault is locked", "Zoom cannot be reached", "--timeout needs --wait",
            "the audit log cannot be written", "the daemon did not answer in time", "the two entries differ",
        ] {
            #expect(Self.all.contains { $0.text.contains(words) }, "\(words)")
        }
    }

    @Test func `each message is one line`() {
        for message in Self.all { #expect(!message.text.contains("\\n"), "\(message)") }
    }

    @Test func `no message ends with a full stop or shouts`() {
        for message in Self.all {
            #expect(!message.text.hasSuffix(".") && !message.text.hasSuffix("!"), "\(message)")
            #expect(!message.text.contains("  ") || message.text.hasPrefix("  "), "\(message)")
        }
    }

    @Test func `each message begins in lower case, but for abbreviations and names`() {
        let names = [
            "Zoom", "PingFederate", "PostgreSQL", "Keyturn", "Server-to-Server", "Marketplace", "Linux", "Expect",
            "Content-",
            "Transfer-",
            "Socket",
        ]
        for message in Self.all where message.isBeginning {
            let word = String(message.text.prefix { $0 != " " && $0 != "," && $0 != ":" })
            let isPlain = !(message.text.first?.isUppercase ?? false)
            let isAbbreviation = word.count > 1 && word.prefix(2) == word.prefix(2).uppercased()
            #expect(isPlain || isAbbreviation || names.contains { word.hasPrefix($0) }, "\(message)")
        }
    }

    /// A number before a plural is either never one, because it is a limit, or counted.
    @Test func `a count of one is singular`() throws {
        let plural =
            #/\\\(([^()]*(?:\([^()]*\))?[^()]*)\) (apps|lines|files|rows|bytes|characters|users|seconds|times|calls|checks|more|clients|slots|days|scopes|problems)\b/#
        for message in Self.all {
            for match in message.text.matches(of: plural) where match.2 != "more" {
                let isLimit = match.1.contains(#/(?i)longest|most|limit|wait|perSecond|lines|starts/#)
                #expect(isLimit, "\(message)")
            }
        }
    }
}

/// The string literals between a bracket that was opened and its end.
private struct Literals {
    struct Literal {
        let offset: Int
        var text: String
        let isBeginning: Bool
    }

    private(set) var found: [Literal] = []

    init(_ source: [UInt8], from start: Int) {
        var (depth, at, isJoined) = (1, start, false)
        while at < source.count, depth > 0 {
            switch source[at] {
            case UInt8(ascii: "("), UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "/") where source[at...].starts(with: Array("//".utf8)):
                while at < source.count, source[at] != UInt8(ascii: "\n") { at += 1 }
            case UInt8(ascii: "+"): isJoined = true
            case UInt8(ascii: "\""):
                let (text, end) = Self.literal(source, at)
                // Words for people have spaces; codes and names do not.
                if text.contains(" ") { found.append(Literal(offset: at, text: text, isBeginning: !isJoined)) }
                at = end
                isJoined = false
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "?"): isJoined = false
            default: break
            }
            at += 1
        }
    }

    /// - Returns: what stands between the quotes, and where the last of them is.
    private static func literal(_ source: [UInt8], _ start: Int) -> (String, Int) {
        var (at, depth) = (start + 1, 0)
        if source[start...].starts(with: Array("\"\"\"".utf8)) {
            at = start + 3
            while at < source.count, !source[at...].starts(with: Array("\"\"\"".utf8)) { at += 1 }
            return ("", at + 2)
        }
        var bytes: [UInt8] = []
        while at < source.count {
            if source[at] == UInt8(ascii: "\\"), at + 1 < source.count {
                bytes += [source[at], source[at + 1]]
                if source[at + 1] == UInt8(ascii: "(") { depth = max(depth, 0) + 1 }
                at += 2
                continue
            }
            if depth > 0 {
                if source[at] == UInt8(ascii: "(") { depth += 1 }
                if source[at] == UInt8(ascii: ")") { depth -= 1 }
            } else if source[at] == UInt8(ascii: "\"") {
                break
            }
            bytes.append(source[at])
            at += 1
        }
        return (String(decoding: bytes, as: UTF8.self), at)
    }
}
