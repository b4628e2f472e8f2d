import ArgumentParser
import Daemon
import Glibc
import Maintenance
import SecretMemory
import SocketAPI
import Terminal

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Create a vault.",
        discussion: """
            The vault is unlocked with a key file, which is created, or with a passphrase. A recovery key is
            always added and shown once: print it, and store it away from this machine.

            With --store, the vault is made in a database of PostgreSQL that exists and is empty.

            Example: keyturnd init --key-file /etc/keyturn/key --recovery-out recovery-key.txt
            Example: keyturnd init --store postgresql://keyturn@db.example.com/keyturn --key-file /etc/keyturn/key
            """)

    @Option(help: ArgumentHelp("Unlock with this key file, which is created (0400).", valueName: "path"))
    var keyFile: String?

    @Flag(help: "Use the existing key file; its content must be random and secret.")
    var useExistingKey = false

    @Flag(help: "Unlock with a passphrase, read from standard input.")
    var passphraseStdin = false

    @Option(help: ArgumentHelp("Write the recovery key to this new file (0600) and do not show it.", valueName: "path"))
    var recoveryOut: String?

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        guard keyFile == nil || !passphraseStdin else {
            throw ValidationError("use either a key file or a passphrase, not both")
        }
        guard keyFile != nil || !useExistingKey else {
            throw ValidationError("--use-existing-key needs --key-file")
        }
    }

    func run() async throws {
        let storage = try place.paths.storage(try place.settings())
        let made = try await Initialisation(paths: place.paths, storage: storage).run(
            try way(), recovery: recoveryOut.map { .file($0) } ?? .shown(Self.show))
        say("created the vault \(made.vault)\n")
        if let path = made.newKeyFile {
            say("created the key file \(path): anyone who has both this file and the vault can read every secret\n")
        } else if let keyFile {
            say("the vault is unlocked with the existing key file: \(keyFile)\n")
        }
        if let recoveryOut {
            say("wrote the recovery key to \(recoveryOut): store it away from this machine\n")
        }
        if let store = place.store {
            say("put this into \(place.paths.configurationFile): store: \(store)\n")
        }
        say("next: keyturnd serve\(keyFile.map { " --key-file \($0)" } ?? ", then: keyturn unlock")\n")
    }

    /// - Returns: why the key could not be shown; `nil` when all of it was.
    @Sendable private static func show(_ recoveryKey: borrowing SecretBytes) -> String? {
        StandardOutput.write(
            "the recovery key, shown only this once; print it and store it away from this machine:\n\n  ")
        recoveryKey.withSpan { StandardOutput.write($0) }
        StandardOutput.write("\n\n")
        return StandardOutput.settle() ? nil : StandardOutput.failure ?? "the output's reader has gone"
    }

    private func way() throws -> Initialisation.UnlockMethod {
        if let keyFile { return .keyFile(keyFile, isThere: useExistingKey) }
        if passphraseStdin {
            let entered = try SecretInput.fromStandardInput(what: "passphrase")
            return .passphrase(entered.bytes.copy())
        }
        return .passphrase(
            try SecretInput.chosenOnTerminal(what: "passphrase", insteadOf: "--key-file or --passphrase-stdin"))
    }

    private func say(_ text: String) { StandardOutput.write(text) }
}
