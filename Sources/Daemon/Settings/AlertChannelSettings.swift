import Confinement
import Domain
import HTTPTransport
import SocketAPI
import YAML

/// One channel of `alerts.channels`, as it was set. Secrets may be in files of their own, which are not read here.
struct AlertChannelSettings: Equatable, Sendable {
    /// An address that may be a secret: itself, or the file that has it.
    enum Address: Equatable, Sendable {
        case url(EndpointURL)
        case file(String)
    }

    struct Mail: Equatable, Sendable {
        var server: MailServer
        let from: MailAddress
        let to: [MailAddress]
        /// The user, and the file with the password.
        let login: Login?

        struct Login: Equatable, Sendable {
            let user: String
            let passwordFile: String
        }
    }

    enum Receiver: Equatable, Sendable {
        case command(CommandWords, timeout: Int)
        case webhook(Address)
        case slack(Address)
        case teams(Address)
        case pagerDuty(EndpointURL, keyFile: String)
        case mail(Mail)
    }

    let name: Name
    let least: Severity
    let receiver: Receiver
    /// PEM certificates to trust instead of others.
    let caFile: String?

    /// The most channels: each has a state of its own.
    static let most = 16

    var type: AlertChannelType {
        switch receiver {
        case .command: .command
        case .webhook: .webhook
        case .slack: .slack
        case .teams: .teams
        case .pagerDuty: .pagerduty
        case .mail: .smtp
        }
    }

    /// Reads `alerts.channels`: a mapping from names to channels.
    static func all(_ node: YAMLNode) throws(BadPart) -> [AlertChannelSettings] {
        guard case .mapping(let entries) = node.content else {
            throw BadPart("", "is not a mapping from names to channels", line: node.line)
        }
        guard entries.count <= most else { throw BadPart("", "has more than \(most) channels", line: node.line) }
        var channels: [AlertChannelSettings] = []
        for entry in entries {
            guard let name = Name(entry.key) else {
                throw BadPart(entry.key, "is not a name: \(Name.grammar)", line: entry.line)
            }
            channels.append(try AlertChannelSettings(name, entry))
        }
        return channels
    }
}

/// What is wrong with a part of a structured setting, for the message after the setting's name.
struct BadPart: Error, Equatable {
    /// Below the setting, such as `oncall.url`; may be empty.
    let path: String
    let problem: String
    let line: Int
    var hint: String?

    init(_ path: String, _ problem: String, line: Int, hint: String? = nil) {
        (self.path, self.problem, self.line, self.hint) = (path.printable(limit: 100), problem, line, hint)
    }
}
