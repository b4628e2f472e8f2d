import Domain
import HTTPTransport
import SecretMemory

@testable import PingFederate

extension FuzzTarget {
    /// A console's answers, with any status: told in words that never repeat what was sent; and a connection, which is
    /// written back with one setting changed and nothing else. The first bytes choose the status.
    static let consoleAnswers = FuzzTarget(name: "console-answers") { input in
        var choices = Choices(input)
        let status = choices.oneOf([200, 400, 401, 403, 404, 422, 429, 500, 503, 302, 204, 409])
        let sent = SecretBox(SecretBytes(copying: "S3nt-To-The-Console"))
        let answer = HTTPResponse(
            status: status, headers: ["content-type": "application/json", "retry-after": text(choices.rest.prefix(6))],
            body: SecretBox(secret(choices.rest)))
        try holdToken(answer, sent)
        let failure = ConsoleFailure(answer, withholding: [sent])
        let said = "\(failure) \(String(reflecting: failure))"
        for start in 0..."S3nt-To-The-Console".utf8.count - 8 {
            let part = String("S3nt-To-The-Console".dropFirst(start).prefix(8))
            try hold(!said.contains(part), "the words repeat a part of what was sent")
        }
        try hold(isLine(said), "the words are no line")
        if failure.disposition == .rejected { try hold([400, 422].contains(status), "rejected by a \(status)") }

        guard let connection = try? SPConnection(parsing: secret(choices.rest)) else { return }
        try hold(connection.difference(since: connection) == .none, "it differs from itself")
        if let rest = try? SPConnection(parsing: connection.rest) {
            try hold(bytes(rest.rest) == bytes(connection.rest), "the rest of the rest is another")
            try hold(rest.encryptedNames.isEmpty, "something encrypted is left")
        }
        for name in Set(connection.settingNames) {
            guard let written = try? connection.replacing([FieldChange(name, sent)]) else { continue }
            let again = try SPConnection(parsing: written.copy())
            let value = again.value(of: name).map { bytes($0.bytes) }
            try hold(value == bytes(sent.bytes), "the setting is another than it was set to")
            try hold(again.settingNames == connection.settingNames, "other settings than before")
            try hold(again.encryptedValue(of: name) == nil, "the old encrypted value goes with the new value")
            // Doing it twice changes nothing more.
            try hold(bytes(try again.replacing([FieldChange(name, sent)])).count == bytes(written).count, "it grows")
        }
    }

    /// The same as a token endpoint's answer: told as its own, in words that never repeat the client's secret, and a token
    /// out of nothing but a good answer.
    private static func holdToken(_ answer: HTTPResponse, _ sent: SecretBox) throws {
        let access = ConsoleAccess(
            api: EndpointURL(https: "console", "/pf-admin-api/v1"),
            login: .clientCredentials(.init(tokenURL: EndpointURL(https: "sso"), clientID: "c", secret: sent)),
            trust: .standard)
        let party = Counterpart(.tokenEndpoint, of: access, at: EndpointURL(https: "sso", "/as/token.oauth2"))
        let failure = ConsoleFailure(token: answer, of: party, withholding: [sent])
        for said in ["\(failure)", failure.hint, failure.hint(of: "console")] {
            try hold(!said.contains("S3nt-To-") && !said.contains("-Console"), "the words repeat a part of the secret")
            try hold(isLine(said) && !said.isEmpty, "the words are no line")
            try hold(
                !said.contains("console") || said.contains("target set") || failure.cause == .notFound,
                "not its own: \(said)")
        }
        try hold(failure.disposition != .rejected, "a token endpoint does not judge connections")
    }

    /// One line, of which nothing is read in another way than it is written.
    static func isLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
            default: true
            }
        }
    }
}
