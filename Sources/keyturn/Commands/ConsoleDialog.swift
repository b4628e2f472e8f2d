import Domain
import SecretMemory
import SocketAPI
import Terminal

/// Lets an operator at a terminal correct a value that was refused, without entering the others again.
enum ConsoleDialog {
    /// Few enough that no account is locked.
    static let tries = 4

    /// Repeats the call while the login is refused and an operator can be asked for another secret.
    /// - Parameter renew: asks for it, and stores it where the call reads it.
    /// - Returns: the answer, which is not a refusal.
    static func loggingIn(
        askingAgain renew: (() throws -> Void)?, _ call: () throws -> Answer
    ) throws -> Answer {
        for remaining in (0..<tries).reversed() {
            let answer = try call()
            guard let problem = answer.problem else { return answer }
            guard remaining > 0, problem.code == .loginRefused, let renew, Question.isPossible else {
                throw ClientError.problem(problem)
            }
            complain("keyturn: \(problem.detail)")
            try renew()
        }
        throw CommandFailure(.upstreamFailed, ConsoleCause.unauthorized.meaning())
    }

    /// Asks for a text until `check` accepts it.
    static func asking<Value>(
        _ prompt: String, or option: String, _ check: (String) throws -> Value
    ) throws -> Value {
        for _ in 1..<tries {
            let line = try ConsoleOptions.text(asked: prompt, or: option)
            do { return try check(line) } catch let error as ClientError {
                complain("keyturn: \(error)")
            } catch let failure as CommandFailure {
                complain("keyturn: \(failure.advice?.detail ?? "that was not accepted")")
            }
        }
        return try check(try ConsoleOptions.text(asked: prompt, or: option))
    }
}

extension ConsoleDraft {
    /// Whether it contains a typed password or secret, which may be mistyped.
    var hasTypedSecret: Bool {
        if case .certificate = login { false } else { true }
    }

    /// A copy with another password or client secret from the terminal.
    /// - Parameter user: whether the user was typed as well.
    func asked(user isUserTyped: Bool) throws -> ConsoleDraft {
        let login: ConsoleLogin
        switch self.login {
        case .basic(let user, _):
            var other = user
            if isUserTyped, let line = Question.line("user at the console [\(user)]: "), !line.isEmpty { other = line }
            login = .basic(user: other, password: try ConsoleOptions.secret("password", false, "--password-stdin"))
        case .clientCredentials(let client):
            let secret = try ConsoleOptions.secret("client secret", false, "--client-secret-stdin")
            login = .clientCredentials(
                .init(
                    tokenURL: client.tokenURL, clientID: client.clientID, secret: secret, scopes: client.scopes,
                    authMethod: client.authMethod))
        case .certificate: login = self.login
        }
        return ConsoleDraft(adminURL: adminURL, login: login, ca: ca, pin: pin)
    }
}
