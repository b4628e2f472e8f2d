import ArgumentParser
import SecretMemory
import SocketAPI
import Terminal

struct UnlockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Unlock the vault with a passphrase or the recovery key.",
        discussion: """
            Asks on the terminal unless told to read standard input.

            Example: keyturn unlock
            """)

    @Flag(help: "Read the passphrase from standard input.")
    var passphraseStdin = false

    @Flag(help: "Use the recovery key instead of the passphrase.")
    var recovery = false

    @Flag(help: "Read the recovery key from standard input.")
    var recoveryStdin = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !passphraseStdin || !(recovery || recoveryStdin) else {
            throw ValidationError("use either the passphrase or the recovery key")
        }
    }

    func run() throws {
        let isRecovery = recovery || recoveryStdin
        let what = isRecovery ? "recovery key" : "passphrase"
        let secret =
            passphraseStdin || recoveryStdin
            ? try SecretInput.fromStandardInput(what: what)
            : try SecretInput.fromTerminal(
                prompt: "\(what): ", what: what, insteadOf: isRecovery ? "--recovery-stdin" : "--passphrase-stdin")
        let bytes = secret.bytes.copy()
        let body = (isRecovery ? UnlockRequest.recoveryKey(bytes) : .passphrase(bytes)).render()
        try common.show(try common.admin.send(.post, "/v1/unlock", body: body), done: "unlocked")
    }
}

struct LockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Lock the vault: remove all keys from memory.",
        discussion: "No client is served until it is unlocked again.\n\nExample: keyturn lock")

    @OptionGroup var common: CommonOptions

    func run() throws { try common.show(try common.admin.send(.post, "/v1/lock"), done: "locked") }
}
