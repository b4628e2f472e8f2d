import Domain
import HTTPTransport
import Maintenance
import Scheduling
import SecretMemory
import SocketAPI

@testable import Daemon
@testable import Envelope

extension FuzzTarget {
    /// Names: accepted if, and only if, the grammar says so. And times, which have one spelling.
    static let names = FuzzTarget(name: "names") { input in
        let text = text(input)
        let name = Name(text)
        let fits = try /[a-z0-9][a-z0-9._-]{0,62}/.matchingSemantics(.unicodeScalar).wholeMatch(in: text) != nil
        try hold((name != nil) == fits, "'\(text)' by the grammar")
        if let name { try hold(name.description == text, "'\(text)' became '\(name)'") }
        if let time = Timestamp(text) { try hold(time.description == text, "'\(text)' became \(time)") }
        try hold(Name(text.dropFirst(0)) == name, "a piece of a text is another name")
    }

    static let durations = FuzzTarget(name: "durations") { input in
        let text = text(input)
        guard let duration = try? DurationText(text) else { return }
        try hold((0...DurationText.longest).contains(duration.seconds), "\(duration.seconds) seconds")
        try hold(try DurationText(duration.description) == duration, "'\(text)' became '\(duration)'")
        try hold(duration.description.utf8.count <= text.utf8.count + 12, "'\(duration)' is longer than it should be")
    }

    static let windows = FuzzTarget(name: "windows") { input in
        let text = text(input)
        guard let windows = try? Window.list(text) else { return }
        try hold(windows.count <= Window.mostWindows, "\(windows.count) windows")
        try hold(try Window.list(Window.text(windows)) == windows, "'\(text)' became '\(Window.text(windows))'")
        try hold(windows.isEmpty == text.isEmpty, "'\(text)' is \(windows.count) windows")
        let now = Timestamp(unixSeconds: 1_795_000_000)
        if let next = windows.nextOpening(atOrAfter: now, in: .utc) {
            try hold(next.lowerBound >= now && next.lowerBound - now <= 14 * 86_400, "the next opening is at \(next)")
            try hold(windows.opening(at: next.lowerBound, in: .utc) != nil, "closed at its own beginning")
            try hold(next.upperBound - next.lowerBound <= 86_400, "open for longer than a day")
        } else {
            try hold(windows.isEmpty, "never open: '\(text)'")
        }
    }

    /// The recovery key as typed: what is taken is printed in the one form, which is taken as the same.
    static let recovery = FuzzTarget(name: "recovery") { input in
        guard let key = try? RecoveryKey(reading: unsafe input.span.bytes) else { return }
        let printed = try key.rendered()
        try hold(printed.count == 44, "printed in \(printed.count) bytes")
        let again = try printed.withSpan { try RecoveryKey(reading: $0) }
        try hold(again.bytes.constantTimeEquals(key.bytes), "another key when printed and typed")
    }

    /// Addresses that may be given a secret.
    static let addresses = FuzzTarget(name: "addresses") { input in
        let text = text(input)
        guard let url = try? EndpointURL(text) else { return }
        try hold(try EndpointURL(url.description) == url, "'\(text)' became '\(url)'")
        try hold(url.scheme == .https || url.isLoopback, "plain http to '\(url.host)'")
        try hold(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "'\(text)' is not printable")
        try hold(!url.host.contains("@") && !url.host.contains("/"), "the host is '\(url.host)'")
        if let below = try? url.appending("/v2/x") { try hold(below.origin == url.origin, "\(below) is elsewhere") }
    }

    /// The settings' file: settings, or one line that says what is wrong.
    static let settings = FuzzTarget(name: "settings") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        let first: Settings
        do { first = try read(text) } catch {
            let error = error as? StartError
            try hold(error?.exitStatus == .configuration, "what is wrong with the file is not said as such")
            try hold(error?.detail.contains("\n") == false, "a mistake takes more than one line")
            return
        }
        try hold(try read(text) == first, "two readings of one file")
        try hold(first.agentMode & ~0o777 == 0, "mode \(first.agentMode)")
        try hold((1...64).contains(first.eventLoops), "\(first.eventLoops) threads")
        try hold(first.keyFile?.hasPrefix("/") != false, "a relative key file")
    }

    private static func read(_ text: String) throws -> Settings {
        try SettingsReader.read(file: text, named: "f", environment: [:])
    }
}
