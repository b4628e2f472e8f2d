import Glibc
import SocketAPI
import Vault

/// What opens the vault at the start: the first that there is of a credential, a key file and a command.
enum UnlockSource: Equatable {
    /// The file that systemd's credential `keyturn.key` is in.
    case credential(String)
    case keyFile(String)
    /// It cannot write to the closed directories.
    case command(CommandWords, timeout: Int, closed: [String])

    /// `nil` when there is none: the daemon starts locked.
    /// - Parameter closed: directories that are no business of a command's.
    init?(credential: String?, settings: Settings, closed: [String]) {
        if let credential {
            self = .credential(credential)
        } else if let path = settings.keyFile {
            self = .keyFile(path)
        } else if let command = settings.unlockCommand {
            self = .command(command, timeout: settings.commandTimeout, closed: closed)
        } else {
            return nil
        }
    }

    /// What it gives. Blocks: for a command, until that has ended.
    /// - Parameter owner: whose key file is believed, besides root's.
    func read(owner: uid_t = geteuid()) throws(StartError) -> UnlockKey {
        switch self {
        case .credential(let path): try KeyFile.read(path, isCredential: true)
        case .keyFile(let path): try KeyFile.read(path, owner: owner)
        case .command(let words, let timeout, let closed):
            try UnlockCommand(command: words, timeout: timeout, closed: closed).run()
        }
    }

    /// Whose key file is believed besides root's. Root may look at a vault with its owner's.
    /// - Parameter state: the vault's directory.
    static func owner(of state: String) -> uid_t {
        var found = stat()
        guard geteuid() == 0, unsafe stat(state, &found) == 0 else { return geteuid() }
        return found.st_uid
    }

    /// Why the vault did not open with it.
    func failure(_ error: VaultError) -> StartError {
        let failure = StartError(error)
        guard error.code == .wrongKey else { return failure }
        return StartError(failure.exitStatus, "\(name) does not open any key slot of the vault", hint: failure.hint)
    }

    /// Whether it can be asked at all. A command is not run.
    func check(owner: uid_t = geteuid()) throws(StartError) {
        guard case .command(let command, _, _) = self else {
            _ = try read(owner: owner)
            return
        }
        guard unsafe access(command.program, X_OK) == 0 else {
            throw StartError(
                .configuration, "unlock.command: cannot run \(printable(command.program)): \(words(for: errno))")
        }
        try StartError.check("unlock.command: the program", command.program, owner: owner)
    }

    /// The key slot that it opens now. Not counted among the tries of those who unlock by hand.
    func slot(of gate: VaultController) async throws(StartError) -> (id: String, kind: String) {
        let way: UnlockKey
        do { way = try await offThePool { [self] in try read() } } catch {
            throw (error as? StartError) ?? StartError(.internal, "\(name) cannot be read: \(error)")
        }
        do throws(VaultError) { return try await gate.slot(openedBy: way) } catch { throw failure(error) }
    }

    var name: String {
        switch self {
        case .credential: "the credential keyturn.key"
        case .keyFile(let path): "the key file \(path)"
        case .command: "what unlock.command gave"
        }
    }
}
