import ArgumentParser
import Daemon
import Glibc
import Maintenance
import SecretMemory
import SocketAPI
import Terminal

/// How an offline command unlocks the vault: like `serve`, else by asking.
struct UnlockOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Unlock the vault with this key file.", valueName: "path"))
    var keyFile: String?

    @Flag(help: "Unlock with the passphrase, read from standard input.")
    var passphraseStdin = false

    @Flag(help: "Unlock with the recovery key, asked for on the terminal.")
    var recovery = false

    @Flag(help: "Unlock with the recovery key, read from standard input.")
    var recoveryStdin = false

    func validate() throws {
        guard [keyFile != nil, passphraseStdin, recovery, recoveryStdin].count(where: { $0 }) <= 1 else {
            throw ValidationError("use only one of key file, passphrase and recovery key")
        }
    }

    /// - Parameter settings: the daemon's own settings for unlocking.
    /// - Parameter paths: the paths of its vault.
    func key(_ settings: Settings, _ paths: Paths) throws -> OfflineKey {
        if passphraseStdin {
            return .passphrase(try SecretInput.fromStandardInput(what: "passphrase").bytes.copy())
        }
        if recoveryStdin {
            return try .recoveryKey(try SecretInput.fromStandardInput(what: "recovery key").bytes.copy())
        }
        if recovery {
            let entered = try SecretInput.fromTerminal(
                prompt: "recovery key: ", what: "recovery key", insteadOf: "--recovery-stdin")
            return try .recoveryKey(entered.bytes.copy())
        }
        var settings = settings
        if let keyFile { settings.keyFile = keyFile }
        let credential = keyFile == nil ? Serve.credential : nil
        let state = paths.stateDirectory
        if let source = settings.unlockSource(credential: credential, closed: [state]) {
            return try .configured(source, state: state)
        }
        return .passphrase(
            try SecretInput.fromTerminal(
                prompt: "passphrase: ", what: "passphrase", insteadOf: "--key-file, --passphrase-stdin or --recovery"
            ).bytes.copy())
    }
}
