import Names
import SocketAPI
import TerminalInput
import TerminalText

/// Finds out at the terminal what was not given for a target. The daemon looks, the operator decides.
struct TargetGuide {
    let common: CommonOptions

    /// Shows the certificate that the console has. A yes pins it; without one the system's CAs decide.
    func pin(_ adminURL: String) throws -> String? {
        guard Question.isPossible else { return nil }
        let request = CertificateRequest(adminURL: adminURL)
        let answer = try common.admin.send(.post, "/v1/consoles/certificate", body: request.render())
        let met: MetCertificate = try answer.document()
        var table = TextTable()
        table.add("subject", met.subject)
        table.add("issuer", met.issuer)
        table.add("valid", "\(met.notBefore) to \(met.notAfter)")
        table.add("SHA-256", Self.pairs(met.sha256))
        complain("the console shows this certificate:\n\(table.text)")
        let question = "pin it, so that no other is ever accepted? (no: the system's CAs decide)"
        return Question.isYes(question) ? met.sha256 : nil
    }

    func connection(_ console: ConsoleDraft) throws -> String {
        guard Question.isPossible else {
            throw CommandFailure(.usage, "the connection is missing", try: "--connection ID")
        }
        let found = try discover(console, nil)
        complain("pingfederate \(found.version)\n\(found.connectionsText)")
        guard !found.connections.isEmpty else {
            throw CommandFailure(
                .upstreamFailed, "no SP connection provisions outbound",
                try: "make one in the console: SP Connections, Outbound Provisioning")
        }
        guard let line = Question.line("which one? "), let number = Int(line),
            found.connections.indices.contains(number - 1)
        else { throw CommandFailure(.usage, "nothing was changed") }
        return found.connections[number - 1].id
    }

    func fields(_ console: ConsoleDraft, _ connection: String, _ given: TargetFields) throws -> TargetFields {
        let found = try discover(console, connection)
        let fields = TargetFields(
            accountID: try given.accountID ?? found.fields.accountID ?? ask("account ID", found.settings),
            clientID: try given.clientID ?? found.fields.clientID ?? ask("client ID", found.settings),
            clientSecret: try given.clientSecret ?? found.fields.clientSecret ?? ask("client secret", found.settings))
        var table = TextTable()
        table.add("account ID", fields.accountID ?? "")
        table.add("client ID", fields.clientID ?? "")
        table.add("client secret", fields.clientSecret ?? "")
        complain("a push sets these settings of \(connection), and nothing else:\n\(table.text)")
        guard Question.isYes("store the target?") else { throw CommandFailure(.usage, "nothing was changed") }
        return fields
    }

    private func ask(_ what: String, _ settings: [String]) throws -> String {
        complain("settings: \(settings.joined(separator: ", "))")
        guard let line = Question.line("which one holds the \(what)? "), !line.isEmpty else {
            throw CommandFailure(.usage, "nothing was changed")
        }
        return line
    }

    private func discover(_ console: ConsoleDraft, _ connection: String?) throws -> ConsoleDiscovery {
        let request = DiscoverRequest(console: console, connection: connection)
        return try common.admin.send(
            .post, "/v1/consoles/discover", body: request.render(), within: .seconds(180)
        ).document()
    }

    /// As openssl prints it.
    private static func pairs(_ digits: String) -> String {
        let upper = Array(digits.uppercased())
        return stride(from: 0, to: upper.count, by: 2).map { String(upper[$0..<min($0 + 2, upper.count)]) }
            .joined(separator: ":")
    }
}
