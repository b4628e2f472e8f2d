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
        let failure = ConsoleFailure(answer, withholding: [sent])
        let said = "\(failure) \(String(reflecting: failure))"
        for start in 0..."S3nt-To-The-Console".utf8.count - 8 {
            let part = String("S3nt-To-The-Console".dropFirst(start).prefix(8))
            try hold(!said.contains(part), "the words repeat a part of what was sent")
        }
        try hold(said.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "the words are no line")
        if failure.disposition == .rejected { try hold([400, 422].contains(status), "rejected by a \(status)") }

        guard let connection = try? SPConnection(parsing: secret(choices.rest)) else { return }
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
}
