package import Confinement
import Domain
package import Glibc
import SocketAPI
import System
package import Vault

/// The source of the unlock key at the start: the first one available of a credential, a key file and a command.
package enum UnlockSource: Equatable {
    /// The file of systemd's credential `keyturn.key`.
    case credential(String)
    case keyFile(String)
    /// The command cannot write to the closed directories.
    case command(CommandWords, timeout: Int, closed: [String])

    /// `nil` when there is no source: the daemon starts locked.
    /// - Parameter closed: directories that a command cannot write to.
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

    /// Reads the key. Blocks: for a command, until it has exited.
    /// - Parameter owner: the owner besides root whose key file is trusted.
    package func read(owner: uid_t = geteuid()) throws(StartError) -> UnlockKey {
        switch self {
        case .credential(let path): try KeyFile.read(path, isCredential: true)
        case .keyFile(let path): try KeyFile.read(path, owner: owner)
        case .command(let words, let timeout, let closed):
            try UnlockCommand(command: words, timeout: timeout, closed: closed).run()
        }
    }

    /// The owner besides root whose key file is trusted. Root may open a vault with the key file of the vault's owner.
    /// - Parameter state: the vault's directory.
    package static func owner(of state: String) -> uid_t {
        var found = stat()
        guard geteuid() == 0, unsafe stat(state, &found) == 0 else { return geteuid() }
        return found.st_uid
    }

    /// The reason why this source could not unlock the vault.
    package func failure(_ error: VaultError) -> StartError {
        let failure = StartError(error)
        guard error.code == .wrongKey else { return failure }
        return StartError(failure.exitStatus, "\(name) does not open any key slot of the vault", hint: failure.hint)
    }

    /// Checks whether the source is usable. Does not run a command.
    package func check(owner: uid_t = geteuid()) throws(StartError) {
        guard case .command(let command, _, _) = self else {
            _ = try read(owner: owner)
            return
        }
        guard unsafe access(command.program, X_OK) == 0 else {
            throw StartError(
                .configuration,
                "unlock.command: cannot run \(command.program.printable()): \(SystemError.words(for: errno))")
        }
        try StartError.check("unlock.command: the program", command.program, owner: owner)
    }

    /// Why the source is not there now; `nil` if it is. Reads no key.
    package var absence: String? {
        let (path, mode) =
            switch self {
            case .credential(let path), .keyFile(let path): (path, R_OK)
            case .command(let command, _, _): (command.program, X_OK)
            }
        guard unsafe access(path, mode) != 0 else { return nil }
        return "\(name) cannot be read: \(SystemError.words(for: errno))"
    }

    /// The key slot that this source opens now.
    /// - Parameter find: finds the slot that a key opens. Does not count as an attempt to unlock by hand.
    package func slot(
        _ find: (UnlockKey) async throws(VaultError) -> (id: String, kind: String)
    ) async throws(StartError) -> (id: String, kind: String) {
        let unlockKey: UnlockKey
        do { unlockKey = try await offThePool { [self] in try read() } } catch {
            throw (error as? StartError) ?? StartError(.internal, "\(name) cannot be read: \(error)")
        }
        do throws(VaultError) { return try await find(unlockKey) } catch { throw failure(error) }
    }

    package var name: String {
        switch self {
        case .credential: "the credential keyturn.key"
        case .keyFile(let path): "the key file \(path)"
        case .command: "the key from unlock.command"
        }
    }
}
