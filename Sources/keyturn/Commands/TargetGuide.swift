import Domain
import SocketAPI
import Terminal

/// Asks at the terminal for missing values of a target. The daemon checks, the operator decides.
struct TargetGuide {
    let common: CommonOptions

    /// Whether to ask again for a refused secret, and for the user as well.
    private var mayAsk = (secret: false, user: false)
    /// The given options, if the address was typed, so that it can be asked for again.
    private var retyping: ConsoleOptions?

    init(common: CommonOptions) { self.common = common }

    func app() throws -> Name {
        try ConsoleDialog.asking("app: ", or: "--app APP") { line in
            guard let name = Name(line) else {
                throw CommandFailure(.usage, "an app's name is \(Name.grammar)", try: "keyturn app list")
            }
            _ = try common.admin.send(.get, "/v1/apps/\(name)").document(AppDocument.self)
            return name
        }
    }

    /// The console's options; missing ones are asked for.
    mutating func draft(_ given: ConsoleOptions) throws -> ConsoleDraft {
        let (adminURL, shown) = try console(given)
        let login = try given.login()
        let authorities = try given.authorities()
        let draft = ConsoleDraft(adminURL: adminURL, login: login, ca: authorities, pin: try given.pin ?? pin(shown))
        mayAsk = (secret: !given.isPiped && draft.hasTypedSecret, user: !given.hasLogin)
        retyping = given.adminUrl == nil ? given : nil
        return draft
    }

    /// The console's address and, if no option says how to trust its certificate, the certificate that it shows.
    private func console(_ given: ConsoleOptions) throws -> (adminURL: String, shown: ServerCertificate?) {
        let isKnown = given.pin != nil || given.caFile != nil
        let isGuided = given.adminUrl == nil || given.connection == nil
        func probe(_ url: String) throws -> (String, ServerCertificate?) {
            guard isGuided, !isKnown, Question.isPossible else { return (url, nil) }
            let request = CertificateRequest(adminURL: url)
            let answer = try common.admin.send(.post, "/v1/consoles/certificate", body: request.render())
            return (url, try answer.document(ServerCertificate.self))
        }
        if let url = given.adminUrl { return try probe(url) }
        return try ConsoleDialog.asking("console, as https://CONSOLE:9999: ", or: "--admin-url URL", probe)
    }

    /// Shows the console's certificate. A yes pins it; otherwise the system's CAs decide.
    private func pin(_ shown: ServerCertificate?) throws -> String? {
        guard let shown else { return nil }
        var table = TextTable()
        table.add("subject", shown.subject)
        table.add("issuer", shown.issuer)
        table.add("valid", "\(shown.notBefore) to \(shown.notAfter)")
        table.add("SHA-256", Self.pairs(shown.sha256))
        complain("the console shows this certificate:\n\(table.text)")
        let question = "pin it, so that no other is accepted? (no: the system's CAs decide)"
        return Question.isYes(question) ? shown.sha256 : nil
    }

    /// Makes the call, and repeats it with another secret while the console does not accept the login.
    func loggingIn(_ console: inout ConsoleDraft, _ call: (ConsoleDraft) throws -> Answer) throws -> Answer {
        var draft = console
        defer { console = draft }
        let renew = mayAsk.secret ? { draft = try draft.asked(user: mayAsk.user) } : nil
        return try ConsoleDialog.loggingIn(askingAgain: renew) { try call(draft) }
    }

    /// Repeats the call as long as the operator, who may fix something meanwhile, agrees.
    func insisting(_ call: () throws -> Answer) throws -> Answer {
        while true {
            let answer = try call()
            guard mayAsk.user, let problem = answer.problem, problem.code != .loginRefused else { return answer }
            complain("keyturn: \(problem.advice.lines)", terminator: "")
            guard Question.isYes("try again with the same values?") else { return answer }
        }
    }

    func connection(_ console: inout ConsoleDraft) throws -> String {
        guard Question.isPossible else {
            throw CommandFailure(.usage, "the connection is missing", try: "--connection ID")
        }
        let found = try discover(&console, nil).document(ConsoleDiscovery.self)
        complain("pingfederate \(found.version)\n\(found.connectionsText)")
        guard !found.connections.isEmpty else {
            throw CommandFailure(
                .upstreamFailed, "no SP connection has outbound provisioning",
                try: "create one in the console: SP Connections, Outbound Provisioning")
        }
        return try ConsoleDialog.asking("which one? ", or: "--connection ID") { line in
            // People type the ID that they see.
            if let known = found.connections.first(where: { $0.id == line }) { return known.id }
            guard let number = Int(line), found.connections.indices.contains(number - 1) else {
                throw CommandFailure(.usage, "there is no '\(line)' in this list")
            }
            return found.connections[number - 1].id
        }
    }

    func fields(
        _ console: inout ConsoleDraft, _ connection: String, _ given: TargetFields
    ) throws -> TargetFields {
        let found = try discover(&console, connection).document(ConsoleDiscovery.self)
        let fields = TargetFields(
            accountID: try given.accountID ?? found.fields.accountID
                ?? (found.lacksAccountID ? nil : ask("account ID", found.settings, orNone: true)),
            clientID: try given.clientID ?? found.fields.clientID ?? ask("client ID", found.settings),
            clientSecret: try given.clientSecret ?? found.fields.clientSecret ?? ask("client secret", found.settings))
        var table = TextTable()
        let account = fields.accountID.flatMap { $0.isEmpty ? nil : $0 }
        table.add("account ID", account ?? "no setting for it: a push leaves the token URL alone")
        table.add("client ID", fields.clientID ?? "")
        table.add("client secret", fields.clientSecret ?? "")
        complain("a push sets these settings of \(connection), and nothing else:\n\(table.text)")
        guard Question.isYes("store the target?") else { throw CommandFailure(.usage, "nothing was changed") }
        return fields
    }

    private func ask(_ what: String, _ settings: [String], orNone mayBeNone: Bool = false) throws -> String {
        complain("settings: \(settings.joined(separator: ", "))")
        let none = mayBeNone ? " (Enter: there is none)" : ""
        guard let line = Question.line("which one holds the \(what)?\(none) "), mayBeNone || !line.isEmpty else {
            throw CommandFailure(.usage, "nothing was changed")
        }
        return line
    }

    func discover(
        _ console: inout ConsoleDraft, _ connection: String?, matching filter: String? = nil
    ) throws -> Answer {
        try addressing(&console) { console in
            try loggingIn(&console) { console in
                let request = DiscoverRequest(console: console, connection: connection, filter: filter)
                return try common.admin.send(
                    .post, "/v1/consoles/discover", body: request.render(), within: .seconds(180))
            }
        }
    }

    /// Makes the call, and repeats it with another address while there is no admin API at the typed one.
    private func addressing(
        _ console: inout ConsoleDraft, _ call: (inout ConsoleDraft) throws -> Answer
    ) throws -> Answer {
        for _ in 1..<ConsoleDialog.tries {
            do { return try call(&console) } catch ClientError.problem(let problem)
                where retyping != nil && problem.code == .upstreamFailed
            {
                complain("keyturn: \(problem.advice.lines)", terminator: "")
                guard let retyping else { continue }
                let (url, shown) = try self.console(retyping)
                let known = shown?.sha256 == nil || shown?.sha256 == console.pin ? console.pin : try pin(shown)
                console = ConsoleDraft(adminURL: url, login: console.login, ca: console.ca, pin: known)
            }
        }
        return try call(&console)
    }

    /// Formatted like openssl's output.
    private static func pairs(_ digits: String) -> String {
        let upper = Array(digits.uppercased())
        return stride(from: 0, to: upper.count, by: 2).map { String(upper[$0..<min($0 + 2, upper.count)]) }
            .joined(separator: ":")
    }
}
