import ArgumentParser
import Domain
import SecretMemory
import SocketAPI
import Terminal

struct TargetSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a target's login, certificates, connection or settings.",
        discussion: """
            Has the options of target add, and changes only what is given. The console is checked first; a refused change is
            not saved. A stored password or secret is not used for another user or server: then give a new one as well. A
            new console, connection or setting has none of the app's values yet: use target push. An empty text
            removes a scope, an account ID setting or a provisioner log.

            Example: keyturn target set console --client-secret-stdin < secret
            Example: keyturn target set console --client-cert keyturn.pem --client-key keyturn.key
            """)

    @Argument(completion: .targets) var name: Name
    @OptionGroup var access: ConsoleOptions
    @Flag(help: "Trust the system's CAs instead of a CA file or pin.") var systemCas = false
    @OptionGroup var options: TargetOptions
    @Flag(help: "Change it without contacting the console.") var noVerify = false
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !systemCas || (access.caFile == nil && access.pin == nil) else {
            throw ValidationError("use one of --ca-file, --pin and --system-cas")
        }
        // Only whether there is a change: no file is read, and nothing is asked for.
        guard
            !given.changes.isEmpty || access.passwordStdin || access.clientSecretStdin || access.caFile != nil
                || access.clientCert != nil || access.clientKey != nil
        else { throw ValidationError("there is nothing to change") }
    }

    func run() throws {
        let known = try common.admin.send(.get, "/v1/targets/\(name)").document(TargetDocument.self)
        var patch = given
        patch.ca = try access.authorities()
        patch.clientCert = try access.certificate()
        patch.clientKey = try access.key()
        // The kind of secret of the changed login, and whether it must be given for that.
        let isOAuth =
            access.tokenUrl != nil || access.clientId != nil || access.clientSecretStdin
            || (known.login.known == .clientCredentials && access.user == nil && access.clientCert == nil)
        let isBasic =
            access.user != nil || access.passwordStdin
            || (known.login.known == .basic && !isOAuth && access.clientCert == nil)
        if access.passwordStdin || isBasic && asksForSecret { patch.password = try access.password() }
        if access.clientSecretStdin || isOAuth && asksForSecret { patch.clientSecret = try access.clientSecret() }
        let renew = {
            if isBasic {
                patch.password = try access.password()
            } else {
                patch.clientSecret = try access.clientSecret()
            }
        }
        let answer = try ConsoleDialog.loggingIn(
            askingAgain: access.isPiped || !(isBasic || isOAuth) ? nil : renew
        ) {
            try common.admin.send(.patch, "/v1/targets/\(name)", body: patch.render(), within: .seconds(300))
        }
        try common.show(answer, as: TriedTarget.self) { changed in
            StandardOutput.write("changed \(name): \(patch.changes.joined(separator: ", "))\n")
            StandardOutput.write(changed.verification.text)
            if changed.target.generation == nil {
                StandardOutput.write("  try: keyturn target push \(name), or wait for the next rotation\n")
            }
        }
    }

    /// Whether to ask for the secret. For another user or server the daemon does not use the stored one, and an operator
    /// who names the user means a new password. Without a terminal the daemon reports what is missing.
    private var asksForSecret: Bool {
        Question.isPossible
            && [access.adminUrl, access.tokenUrl, access.user, access.clientId].contains { $0 != nil }
    }

    /// The changes that need neither a file nor standard input.
    private var given: TargetPatch {
        var patch = TargetPatch()
        patch.adminURL = access.adminUrl
        patch.connection = access.connection
        patch.user = access.user
        patch.tokenURL = access.tokenUrl
        patch.clientID = access.clientId
        patch.scope = access.scopes
        patch.tokenAuthMethod = access.tokenAuthMethod
        patch.trust = systemCas ? .system : nil
        patch.pin = access.pin
        patch.fields = options.fields
        patch.replicate = options.replicate
        patch.settle = options.settle?.seconds
        patch.bypassesExternalValidation = options.bypassExternalValidation
        patch.restoresDrift = options.restoreDrift
        patch.provisionerLog = options.provisionerLog
        patch.provisionerChannel = options.provisionerChannel
        if noVerify { patch.verify = false }
        return patch
    }
}
