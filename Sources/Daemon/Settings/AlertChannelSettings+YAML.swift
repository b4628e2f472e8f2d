import Confinement
import Domain
import HTTPTransport
import SocketAPI
import YAML

extension AlertChannelSettings {
    private static let eventsAPI = EndpointURL(https: "events.pagerduty.com", "/v2/enqueue")

    init(_ name: Name, _ entry: YAMLNode.Entry) throws(BadPart) {
        var fields = try Fields(name.description, entry)
        let type = try fields.word("type", among: AlertChannelType.allCases.map(\.rawValue))
            .flatMap(AlertChannelType.init)
        guard let type else { throw fields.missing("type") }
        let least = try fields.word("least_severity", among: ["critical", "warning"]).flatMap(Severity.init)
        self.name = name
        self.least = least ?? .warning
        switch type {
        case .command: receiver = .command(try fields.command(), timeout: try fields.number("timeout", 1...60) ?? 10)
        case .webhook: receiver = .webhook(try fields.address())
        case .slack: receiver = .slack(try fields.address())
        case .teams: receiver = .teams(try fields.address())
        case .pagerduty:
            let url = try fields.url("url")
            guard let key = try fields.path("routing_key_file") else { throw fields.missing("routing_key_file") }
            receiver = .pagerDuty(url ?? Self.eventsAPI, keyFile: key)
        case .smtp: receiver = .mail(try Mail(&fields))
        }
        caFile = type == .command ? nil : try fields.path("ca_file")
        try fields.refuseOthers(of: type)
    }
}

extension AlertChannelSettings.Mail {
    fileprivate init(_ fields: inout Fields) throws(BadPart) {
        server = try fields.server()
        guard let from = try fields.mailboxes("from", most: 1).first else { throw fields.missing("from") }
        (self.from, to) = (from, try fields.mailboxes("to", most: 20))
        guard !to.isEmpty else { throw fields.missing("to") }
        let (user, file) = (try fields.text("user"), try fields.path("password_file"))
        switch (user, file) {
        case (nil, nil): login = nil
        case (let user?, let file?): login = Login(user: user, passwordFile: file)
        case (nil, _): throw fields.missing("user")
        case (_, nil): throw fields.missing("password_file")
        }
    }
}

/// The members of one channel. Each is read once; one that nobody reads is refused.
private struct Fields {
    let channel: String
    let line: Int
    private var members: [String: YAMLNode.Entry] = [:]
    private var known: Set<String> = []

    init(_ channel: String, _ entry: YAMLNode.Entry) throws(BadPart) {
        (self.channel, line) = (channel, entry.line)
        guard case .mapping(let entries) = entry.value.content else {
            throw BadPart(channel, "is not a mapping with a type", line: entry.line)
        }
        for member in entries { members[member.key] = member }
    }

    func missing(_ key: String) -> BadPart { BadPart(channel, "has no \(key)", line: line) }

    func refuseOthers(of type: AlertChannelType) throws(BadPart) {
        guard let other = members.values.filter({ !known.contains($0.key) }).min(by: { $0.line < $1.line }) else {
            return
        }
        throw BadPart(
            "\(channel).\(other.key)", "is not a setting of a channel of the type \(type.rawValue)", line: other.line,
            hint: nearest(to: other.key, among: known).map { "did you mean \($0)?" })
    }

    private mutating func member(_ key: String) -> YAMLNode.Entry? {
        known.insert(key)
        return members[key]
    }

    private func bad(_ member: YAMLNode.Entry, _ wanted: String) -> BadPart {
        BadPart("\(channel).\(member.key)", "is not \(wanted)", line: member.line)
    }

    mutating func text(_ key: String) throws(BadPart) -> String? {
        guard let member = member(key) else { return nil }
        guard case .scalar(let text, _) = member.value.content, !text.isEmpty, text.isReadable else {
            throw bad(member, "a single value")
        }
        return text
    }

    /// Reads a value; `nil` when it is not set.
    private mutating func value<Value>(
        _ key: String, _ wanted: String, _ parse: (String) -> Value?
    ) throws(BadPart) -> Value? {
        guard let text = try text(key), let member = members[key] else { return nil }
        guard let value = parse(text) else { throw bad(member, wanted) }
        return value
    }

    mutating func word(_ key: String, among words: [String]) throws(BadPart) -> String? {
        try value(key, "one of \(words.joined(separator: ", "))") { words.contains($0) ? $0 : nil }
    }

    mutating func number(_ key: String, _ range: ClosedRange<Int>) throws(BadPart) -> Int? {
        try value(key, "a whole number of seconds from \(range.lowerBound) to \(range.upperBound)") {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    mutating func path(_ key: String) throws(BadPart) -> String? {
        try value(key, "an absolute path") { $0.hasPrefix("/") ? $0 : nil }
    }

    mutating func url(_ key: String) throws(BadPart) -> EndpointURL? {
        guard let text = try text(key), let member = members[key] else { return nil }
        do throws(EndpointURLError) { return try EndpointURL(text) } catch {
            throw bad(member, "an https URL, or an http one of this machine: \(error)")
        }
    }

    mutating func address() throws(BadPart) -> AlertChannelSettings.Address {
        switch (try url("url"), try path("url_file")) {
        case (let url?, nil): return .url(url)
        case (nil, let file?): return .file(file)
        case (nil, nil): throw BadPart(channel, "has no url, and no url_file", line: line)
        case (.some, .some): throw BadPart(channel, "has a url and a url_file: use only one", line: line)
        }
    }

    mutating func command() throws(BadPart) -> CommandWords {
        guard let member = member("command") else { throw missing("command") }
        guard let text = member.value.commandText else { throw bad(member, "a list of words") }
        guard let words = CommandWords(text) else { throw bad(member, CommandWords.grammar) }
        return words
    }

    /// One address, or a list.
    mutating func mailboxes(_ key: String, most: Int) throws(BadPart) -> [MailAddress] {
        guard let member = member(key) else { return [] }
        let nodes = if case .list(let items) = member.value.content { items } else { [member.value] }
        guard nodes.count <= most else {
            throw bad(member, most == 1 ? MailAddress.grammar : "at most \(most) addresses")
        }
        var found: [MailAddress] = []
        for node in nodes {
            guard case .scalar(let text, _) = node.content, let address = MailAddress(text) else {
                throw bad(member, MailAddress.grammar)
            }
            found.append(address)
        }
        return found
    }

    mutating func server() throws(BadPart) -> MailServer {
        guard var server = try value("url", MailServer.grammar, MailServer.init) else { throw missing("url") }
        let tls = try word("tls", among: ["required", "none"])
        switch tls {
        case "none" where server.security == .implicit:
            throw BadPart("\(channel).tls", "cannot be none with smtps", line: line)
        case "none" where !server.isLoopback:
            throw BadPart("\(channel).tls", "can be none only on this machine", line: line)
        case "required" where server.security == .none: server.security = .startTLS
        default: break
        }
        return server
    }
}
