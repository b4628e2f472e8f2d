import ArgumentParser
import Domain
import Glibc
import SecretMemory
import SocketAPI
import Terminal

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Manage key slots, and the key that encrypts the vault.",
        discussion: "Example: keyturn key list",
        subcommands: [KeyListCommand.self, KeyAdd.self, KeyRemove.self, KeyRotate.self])
}

struct KeyListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List key slots and the key epoch.",
        discussion: "Example: keyturn key list")

    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.show(try common.admin.send(.get, "/v1/keys"), as: KeyList.self) { StandardOutput.write($0.text) }
    }
}

struct KeyAdd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a key slot: a passphrase, a key file or a recovery key.",
        discussion: """
            Nothing is re-encrypted, and the other key slots stay. Without an option it asks for a passphrase.
            To raise the cost of guessing a passphrase to today's, add it again, then remove its older slot.

            Example: keyturn key add --key-file /etc/keyturn/key
            """)

    @Flag(help: "Read the new passphrase from standard input.") var passphraseStdin = false
    @Option(help: ArgumentHelp("Unlock with this key file; created (0400) if it is missing.", valueName: "path"))
    var keyFile: String?
    @Flag(help: "Make a new recovery key and show it once.") var recovery = false
    @Option(
        help: ArgumentHelp(
            "Write the new recovery key to this new file (0600), not to the terminal.", valueName: "path"))
    var recoveryOut: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard [passphraseStdin, keyFile != nil, recovery || recoveryOut != nil].count(where: { $0 }) < 2 else {
            throw ValidationError("use one of passphrase, key file and recovery key")
        }
    }

    func run() throws {
        if let keyFile { return try add(keyFile: keyFile) }
        if recovery || recoveryOut != nil { return try addRecoveryKey() }
        let passphrase =
            passphraseStdin
            ? try SecretInput.fromStandardInput(what: "passphrase").bytes.copy()
            : try SecretInput.chosenOnTerminal(what: "passphrase", insteadOf: "--passphrase-stdin")
        try show(send(.passphrase(passphrase)))
    }

    private func send(_ request: consuming NewKeyRequest) throws -> Answer {
        try common.admin.send(.post, "/v1/keys", body: request.render())
    }

    private func show(_ answer: consuming Answer) throws {
        try common.show(answer, as: KeyAdded.self) { StandardOutput.write("added key slot \($0.slot.slot)\n") }
    }

    private func add(keyFile path: String) throws {
        let isNew = unsafe access(path, F_OK) != 0
        let content = try isNew ? SecretFile.make(path, mode: 0o400) : SecretFile.read(path)
        do {
            let answer = try send(.keyFile(content.hexadecimal))
            if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
            try show(answer)
        } catch {
            // Removes the new key file: an unused key would only be confusing. If the daemon may have added the slot, the
            // file stays.
            if isNew, !((error as? ClientError)?.mayHaveBeenDone ?? false) { unsafe unlink(path) }
            throw error
        }
    }

    private func addRecoveryKey() throws {
        // The file first: a key that cannot be written would be lost.
        let file = try recoveryOut.map { try SecretFile.reserve($0, mode: 0o600) }
        do {
            let answer = try send(.recoveryKey)
            if let problem = answer.problem { throw CommandFailure(.problem(problem)) }
            let added: KeyAdded = try answer.document()
            guard let file, let recoveryOut else {
                try showRecoveryKey(answer)
                guard StandardOutput.settle() else {
                    let reason = StandardOutput.failure ?? "the output's reader has gone"
                    throw undone(added.slot, CommandFailure(.inputOutput, reason))
                }
                return
            }
            guard let key = added.recoveryKeyCopy() else { throw ClientError.malformedAnswer("no recovery key") }
            do { try SecretFile.fill(file, recoveryOut, with: key) } catch {
                throw undone(added.slot, error)
            }
            if common.json {
                StandardOutput.write(document: added.slot)
            } else {
                StandardOutput.write(
                    "added key slot \(added.slot.slot)\nwrote the recovery key to \(recoveryOut): store it away from this machine\n"
                )
            }
        } catch {
            if let recoveryOut { unsafe unlink(recoveryOut) }
            throw error
        }
    }

    /// Removes the slot of a recovery key that could not be shown.
    private func undone(_ slot: KeyList.Slot, _ failure: CommandFailure) -> CommandFailure {
        let isRemoved =
            (try? common.admin.send(.delete, RequestPath(stringLiteral: "/v1/keys/\(slot.slot)")).problem == nil)
            ?? false
        let fate = isRemoved ? "was removed again" : "stays, with a key that was not shown"
        return CommandFailure(
            .inputOutput,
            "the new recovery key was not shown, and key slot \(slot.slot) \(fate): \(failure.advice?.detail ?? "")",
            try: isRemoved ? "keyturn key add --recovery-out FILE" : "keyturn key remove \(slot.slot)")
    }

    private func showRecoveryKey(_ answer: consuming Answer) throws {
        try common.show(answer, as: KeyAdded.self) { added in
            StandardOutput.write(
                "added key slot \(added.slot.slot)\n\nthe recovery key, shown only this once; print it and store it away from this machine:\n\n  "
            )
            if let key = added.recoveryKeyCopy() { key.withSpan { StandardOutput.write($0) } }
            StandardOutput.write("\n\n")
        }
    }
}

struct KeyRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a key slot.",
        discussion: """
            The others stay as they are. The last slot and the last recovery key cannot be removed. The slot that the daemon
            starts with, or that unlocked the vault, can only be removed with --force. Copies of the vault from
            before still open: if others may know the secret, rotate the vault's key too.

            Example: keyturn key remove 2
            """)

    @Argument(help: "The slot's number: keyturn key list.") var slot: Int
    @Flag(help: "Remove it even if the next start needs it.") var force = false
    @Flag(help: "Do not ask.") var yes = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        try common.confirm(
            "remove key slot \(slot)? its unlock key can no longer unlock the vault afterwards", yes: yes)
        let path: RequestPath = force ? "/v1/keys/\(slot)?force=true" : "/v1/keys/\(slot)"
        // The daemon's unlock command may take some time.
        let answer = try common.admin.send(.delete, path, within: .seconds(660))
        let isDone = answer.problem == nil
        try common.show(answer, done: "removed key slot \(slot)")
        guard isDone, !common.json else { return }
        StandardOutput.write(
            "  try: keyturn key rotate, if others may know its unlock key and have a copy of the vault\n")
    }
}

struct KeyRotate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate", abstract: "Re-encrypt the vault with a new key, while serving.",
        discussion: """
            Continues automatically, even after a restart. Once no row needs the old key, it is deleted. The key slots
            stay as they are.

            Example: keyturn key rotate --wait
            """)

    @Flag(help: "Return once the old key is deleted.") var wait = false
    @OptionGroup var common: CommonOptions

    func run() throws {
        let progress = Progress("making a new key")
        defer { progress.end() }
        var answer = try common.admin.send(.post, "/v1/keys/rotate", within: .seconds(300))
        while wait, answer.problem == nil {
            let list = try KeyList(parsing: answer.body.copy())
            guard let resealing = list.resealing else { break }
            progress.say(bar(percent: resealing.percent) + " of \(counted(resealing.rows, "row")) re-encrypted")
            if let waiting = list.waiting {
                throw CommandFailure(.temporary, "it continues automatically later: \(waiting)", try: "keyturn status")
            }
            usleep(200_000)
            answer = try common.admin.send(.get, "/v1/keys")
        }
        progress.end()
        try common.show(answer, as: KeyList.self) { list in
            guard let resealing = list.resealing else {
                StandardOutput.write("all rows are encrypted in epoch \(list.epoch); the previous key is deleted\n")
                return
            }
            StandardOutput.write(
                "epoch \(list.epoch) has begun: \(counted(resealing.rows, "row is", "rows are")) being re-encrypted in the background\n  try: keyturn key list\n"
            )
        }
    }
}

extension ClientError {
    /// Whether the daemon may have done what was requested, although its answer was lost.
    fileprivate var mayHaveBeenDone: Bool {
        switch self {
        case .timedOut, .closedEarly, .malformedAnswer, .answerTooLarge, .failed: true
        case .notRunning, .notListening, .permissionDenied, .stranger, .pathTooLong, .problem: false
        }
    }
}

extension KeyList {
    var text: String {
        var table = TextTable(["SLOT", "KIND", "ADDED", "STATE"])
        for slot in slots {
            let cost = slot.scrypt.map { "scrypt N=2^\($0.logN) r=\($0.r) p=\($0.p)" }
            table.add(
                slot.slot, slot.kind.rawValue + (cost.map { " (\($0))" } ?? ""), slot.createdAt.description,
                slot.state.words + (slot.isInUse ? ", in use" : ""))
        }
        let progress = resealing.map { ", \($0.percent) % of \(counted($0.rows, "row"))" } ?? ""
        return table.fitted + "\nkey epoch \(epoch)\(progress)\n" + (waiting.map { "waits: \($0)\n" } ?? "")
    }
}

extension KeyList.Slot.State {
    fileprivate var words: String {
        switch self {
        case .ok: "ok"
        case .damaged: "damaged"
        }
    }
}
