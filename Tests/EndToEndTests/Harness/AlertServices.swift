import Foundation
import TestSupport
import Testing

/// The stand-in for the services that get alerts: `scripts/alert-services`. What is not as a service's published format
/// has it fails the test.
final class AlertServices: Sendable {
    private struct Ports: Decodable { var http, plain, starttls, implicit: Int }

    private static let program = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../../scripts/alert-services").standardized.path

    static let routingKey = "plAnted0routing0key0of00000000pd"
    static let password = "plAnted-mail-password"

    private let running: Running
    private let folder: String
    private let ports: Ports
    /// For the mail servers with TLS, whose name is localhost.
    let caFile: String

    init(_ world: World) throws {
        folder = world.directory + "/services"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let (key, certificate) = (folder + "/tls.key", folder + "/tls.crt")
        let made = try world.runner.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            ])
        guard made.exit == 0 else { throw HarnessError("openssl: \(made)") }
        caFile = certificate
        let running = try world.runner.start("/usr/bin/python3", [Self.program, folder, certificate, key])
        self.running = running
        let announced = folder + "/ports"
        let text = try eventually("the services to listen", seconds: 60) { () -> Data? in
            guard running.child.isRunning else { throw HarnessError("alert-services: \(try running.outcome())") }
            return FileManager.default.contents(atPath: announced)
        }
        ports = try JSONDecoder().decode(Ports.self, from: text)
        try (Self.routingKey + "\n").write(toFile: folder + "/routing.key", atomically: true, encoding: .utf8)
        try (Self.password + "\n").write(toFile: folder + "/mail.password", atomically: true, encoding: .utf8)
        for service in ["webhook", "slack", "teams"] {
            try "\(address(service))\n".write(toFile: folder + "/\(service).url", atomically: true, encoding: .utf8)
        }
        for file in ["routing.key", "mail.password", "webhook.url", "slack.url", "teams.url"] {
            try Files.set("\(folder)/\(file)", 0o400)
        }
    }

    private func address(_ service: String) -> String { "http://127.0.0.1:\(ports.http)/\(service)/plAnted-tOken" }

    var passwordFile: String { folder + "/mail.password" }

    /// Without its secret.
    var origin: String { "http://127.0.0.1:\(ports.http)" }

    /// A channel's members as YAML.
    func channel(_ type: String, _ more: String = "") -> String {
        let members =
            switch type {
            case "pagerduty": "url: \(address(type)), routing_key_file: \(folder)/routing.key"
            case "smtp":
                "url: 'smtp://localhost:\(ports.starttls)', tls: required, ca_file: \(caFile), "
                    + "user: keyturn, password_file: \(folder)/mail.password, from: keyturn@example.com, to: [oncall@example.com]"
            case "smtps":
                "url: 'smtps://localhost:\(ports.implicit)', ca_file: \(caFile), "
                    + "user: keyturn, password_file: \(folder)/mail.password, from: keyturn@example.com, to: oncall@example.com"
            case "plain": "url: 'smtp://127.0.0.1:\(ports.plain)', from: keyturn@example.com, to: oncall@example.com"
            default: "url_file: \(folder)/\(type).url"
            }
        let name = ["smtps", "plain"].contains(type) ? "smtp" : type
        return "{type: \(name), \(members)\(more.isEmpty ? "" : ", \(more)")}"
    }

    /// Makes a service answer otherwise: `429 30`, `550 5.1.1 no such user`, `hang`; `nil` for as usual.
    func answer(_ service: String, _ answer: String?) throws {
        let path = "\(folder)/\(service).answer"
        if let answer {
            try answer.write(toFile: path, atomically: true, encoding: .utf8)
        } else {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    /// What a service accepted, in order.
    func received(_ service: String) throws -> [JSON] {
        try all().filter { $0["service"].string == service }.map { $0["content"] }
    }

    /// How often something arrived there.
    func attempts(_ service: String) throws -> Int {
        try all().count { $0["service"].string?.hasPrefix(service) == true }
    }

    private func all() throws -> [JSON] {
        let text = (try? String(contentsOfFile: folder + "/received", encoding: .utf8)) ?? ""
        return try text.split(separator: "\n").map { try JSON(Array($0.utf8)) }
    }

    func end() {
        for line in (try? all()) ?? [] {
            for fault in line["faults"].elements {
                Issue.record("not as \(line["service"].string ?? "") has it: \(fault.string ?? "")")
            }
        }
        running.child.end()
    }

    /// The variable that makes a command the only channel.
    static func command(_ words: String...) -> [String: String] {
        let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
        return ["KEYTURN_ALERTS_CHANNELS": "{page: {type: command, command: [\(list)]}}"]
    }
}
