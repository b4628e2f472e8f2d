package import Confinement
package import Glibc
import SocketAPI
package import Vault

/// What opens the vault at the start: the first that there is of a credential, a key file and a command.
package enum UnlockSource: Equatable {
    /// The file that systemd's credential `keyturn.key` is in.
    case credential(String)
    case keyFile(String)
    /// It cannot write to the closed directories.
    case command(CommandWords, timeout: Int, closed: [String])

    /// `nil` when there is none: the daemon starts locked.
    /// - Parameter closed: directories that are no business of a command's.
    package init?(
        credential: String?, keyFile: String?, command: CommandWords?, timeout: Int, closed: [String]
    ) {
        if let credential {
            self = .credential(credential)
        } else if let keyFile {
            self = .keyFile(keyFile)
        } else if let command {
            self = .command(command, timeout: timeout, closed: closed)
        } else {
            return nil
        }
    }

    /// What it gives. Blocks: for a command, until that has ended.
    /// - Parameter owner: whose key file is believed, besides root's.
    package func read(owner: uid_t = geteuid()) throws(StartError) -> UnlockKey {
        switch self {
        case .credential(let path): try KeyFile.read(path, isCredential: true)
        case .keyFile(let path): try KeyFile.read(path, owner: owner)
        case .command(let words, let timeout, let closed):
            try UnlockCommand(command: words, timeout: timeout, closed: closed).run()
        }
    }

    /// Whose key file is believed besides root's. Root may look at a vault with its owner's.
    /// - Parameter state: the vault's directory.
    package static func owner(of state: String) -> uid_t {
        var found = stat()
        guard geteuid() == 0, unsafe stat(state, &found) == 0 else { return geteuid() }
        return found.st_uid
    }

    /// Why the vault did not open with it.
    package func failure(_ error: VaultError) -> StartError {
        let failure = StartError(error)
        guard error.code == .wrongKey else { return failure }
        return StartError(failure.exitStatus, "\(name) does not open any key slot of the vault", hint: failure.hint)
    }

    /// Whether it can be asked at all. A command is not run.
    package func check(owner: uid_t = geteuid()) throws(StartError) {
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

    /// The key slot that it opens now.
    /// - Parameter find: finds the slot that a key opens. It is not counted among the tries of those who unlock by hand.
    package func slot(
        _ find: (UnlockKey) async throws(VaultError) -> (id: String, kind: String)
    ) async throws(StartError) -> (id: String, kind: String) {
        let way: UnlockKey
        do { way = try await offThePool { [self] in try read() } } catch {
            throw (error as? StartError) ?? StartError(.internal, "\(name) cannot be read: \(error)")
        }
        do throws(VaultError) { return try await find(way) } catch { throw failure(error) }
    }

    package var name: String {
        switch self {
        case .credential: "the credential keyturn.key"
        case .keyFile(let path): "the key file \(path)"
        case .command: "what unlock.command gave"
        }
    }
}
