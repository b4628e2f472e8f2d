import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import System
import Terminal

/// The options for a console: its address, the login, and how its certificate is trusted. Shared by all commands that
/// connect to one.
struct ConsoleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The console's address: https://CONSOLE:9999.", valueName: "url")) var adminUrl: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The SP connection's ID.", valueName: "id"))
    var connection: String?
    @Option(help: ArgumentHelp("Log in as this administrative user.", valueName: "name")) var user: String?
    @Flag(help: "Read the user's password from standard input.") var passwordStdin = false
    @Option(help: ArgumentHelp("Log in with a token from here.", valueName: "url")) var tokenUrl: String?
    @Option(parsing: .unconditional, help: ArgumentHelp("The OAuth client's ID.", valueName: "id"))
    var clientId: String?
    @Flag(help: "Read the OAuth client's secret from standard input.") var clientSecretStdin = false
    @Option(help: ArgumentHelp("A scope to request for the token; repeatable.", valueName: "scope"))
    var scope: [String] = []
    @Option(
        help: ArgumentHelp("How the OAuth client authenticates at the token endpoint.", valueName: "method"))
    var tokenAuthMethod: OAuthClient.AuthMethod?
    @Option(help: ArgumentHelp("Log in with this client certificate, PEM.", valueName: "file")) var clientCert: String?
    @Option(help: ArgumentHelp("Its key, PEM, not encrypted.", valueName: "file")) var clientKey: String?
    @Option(help: ArgumentHelp("Trust only these authorities, PEM.", valueName: "file")) var caFile: String?
    @Option(help: ArgumentHelp("Trust only the certificate with this SHA-256.", valueName: "sha256")) var pin: String?

    func validate() throws {
        guard caFile == nil || pin == nil else { throw ValidationError("use either --ca-file or --pin") }
        guard [isBasic, isOAuth, isCertificate].count(where: { $0 }) <= 1 else {
            throw ValidationError("use one login: a user, an OAuth client or a client certificate")
        }
    }

    private var isBasic: Bool { user != nil || passwordStdin }
    private var isOAuth: Bool {
        tokenUrl != nil || clientId != nil || clientSecretStdin || !scope.isEmpty || tokenAuthMethod != nil
    }
    private var isCertificate: Bool { clientCert != nil || clientKey != nil }
    var hasLogin: Bool { isBasic || isOAuth || isCertificate }
    /// Whether the secret comes from a pipe, so that it cannot be asked for again.
    var isPiped: Bool { passwordStdin || clientSecretStdin }

    /// Throws unless the login, if any, is complete.
    func validateWhole() throws {
        guard (clientCert == nil) == (clientKey == nil) else {
            throw ValidationError("--client-cert and --client-key need each other")
        }
        guard (tokenUrl == nil) == (clientId == nil) else {
            throw ValidationError("--token-url and --client-id need each other")
        }
        guard tokenUrl != nil || (scope.isEmpty && tokenAuthMethod == nil) else {
            throw ValidationError("--scope and --token-auth-method need --token-url")
        }
        guard !passwordStdin || user != nil, !clientSecretStdin || tokenUrl != nil else {
            throw ValidationError("--password-stdin needs --user, and --client-secret-stdin needs --token-url")
        }
    }

    // MARK: Values

    /// Scopes, separated by spaces; `nil` if none was given.
    var scopes: String? { scope.isEmpty ? nil : scope.joined(separator: " ") }

    func authorities() throws -> String? { try caFile.map { try Self.text(of: $0, .ca) } }
    func certificate() throws -> String? { try clientCert.map { try Self.text(of: $0, .clientCertificate) } }
    func key() throws -> SecretBox? { try clientKey.map { SecretBox(try Self.file($0, .clientKey)) } }

    /// The complete login. Missing parts are asked for.
    func login() throws -> ConsoleLogin {
        if let tokenUrl, let clientId {
            return .clientCredentials(
                .init(
                    tokenURL: tokenUrl, clientID: clientId, secret: try clientSecret(), scopes: scope,
                    authMethod: tokenAuthMethod ?? .basic))
        }
        if let chain = try certificate(), let key = try key() { return .certificate(chain: chain, key: key) }
        let user = try user ?? Self.text(asked: "user at the console: ", or: "--user U --password-stdin")
        return .basic(user: user, password: try password())
    }

    func password() throws -> SecretBox { try Self.secret("password", passwordStdin, "--password-stdin") }
    func clientSecret() throws -> SecretBox {
        try Self.secret("client secret", clientSecretStdin, "--client-secret-stdin")
    }

    static func secret(_ what: String, _ isPiped: Bool, _ option: String) throws -> SecretBox {
        let entered = isPiped ? try SecretInput.fromStandardInput(what: what) : try typed(what, option)
        if entered.wasTrimmed { complainOfWhiteSpace(around: what) }
        return SecretBox(entered.bytes.copy())
    }

    /// Asks again after Enter alone, so that the other values are not lost.
    private static func typed(_ what: String, _ option: String) throws -> EnteredSecret {
        do { return try SecretInput.fromTerminal(prompt: "\(what): ", what: what, insteadOf: option) } catch {
            guard error.kind == .empty else { throw error }
            return try SecretInput.fromTerminal(prompt: "\(what): ", what: what, insteadOf: option)
        }
    }

    static func text(asked prompt: String, or option: String) throws -> String {
        guard let line = Question.line(prompt), !line.isEmpty else {
            throw CommandFailure(.usage, "a required value is missing", try: option)
        }
        return line
    }

    private static func text(of path: String, _ what: ConsoleFile) throws -> String {
        try file(path, what).withSpan { String(decoding: $0.array, as: UTF8.self) }
    }

    private static func file(_ path: String, _ what: ConsoleFile) throws -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(what) }
        defer { close(descriptor) }
        var text = SecretBuffer(capacity: ConsoleFile.longest + 1)
        while text.count <= ConsoleFile.longest {
            let count = text.append(from: descriptor, most: ConsoleFile.longest + 1 - text.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(what) }
            if count == 0 { return text.finish() }
        }
        throw CommandFailure(.badData, what.tooLong, try: what.fitting)
    }

    private static func unreadable(_ what: ConsoleFile) -> CommandFailure {
        CommandFailure(
            .inputOutput, "the \(what.rawValue) cannot be read: \(SystemError.words(for: errno))")
    }
}

extension OAuthClient.AuthMethod: ExpressibleByArgument {}
