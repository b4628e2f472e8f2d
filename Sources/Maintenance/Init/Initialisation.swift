import Domain
import Envelope
import Glibc
package import SecretMemory
package import SocketAPI
import System
package import Vault

/// Creates a vault: the state directory, the key file if there is none, the recovery key, and the sealed database.
package struct Initialisation {
    package enum UnlockMethod: ~Copyable {
        /// - Parameter isThere: whether the file must exist, or is created.
        case keyFile(String, isThere: Bool)
        case passphrase(SecretBytes)
    }

    /// The destination of the recovery key, which is not shown again.
    package enum Recovery: Sendable {
        /// A new file (0600).
        case file(String)
        /// A person: the closure returns why the key could not be shown, or `nil`.
        case shown(@Sendable (borrowing SecretBytes) -> String?)
    }

    /// The created files.
    package struct Made: ~Copyable {
        package let vault: String
        /// Set when the key file was missing and was created.
        package let newKeyFile: String?
    }

    private let paths: Paths
    private let storage: any VaultStorage

    package init(paths: Paths, storage: any VaultStorage) {
        self.paths = paths
        self.storage = storage
    }

    /// - Parameter recovery: the key is written or shown before the vault is created, so that there is never a vault
    ///   without a known recovery key.
    package func run(_ method: consuming UnlockMethod, recovery place: Recovery) async throws(StartError) -> Made {
        try PrivateDirectory.ensure("the state directory", paths.stateDirectory, mode: 0o700)
        if case .file(let path) = place {
            try StartError.check("the recovery key's directory", Self.directory(of: path))
        }
        if let marker = StoreMarker(in: paths.stateDirectory), marker.place != storage.place {
            throw StartError(
                .badData, "this host's vault is in \(marker.place); no other one was made",
                hint: "set store to the URL of that database; or, for a new vault, give another --state-dir")
        }
        guard try isMissing() else {
            throw StartError(
                .badData, "there already is a vault \(storage.inPlace); it was not changed",
                hint: "keyturnd serve; or, for a new vault, \(storage.otherPlace)")
        }
        var made: [String] = []
        do throws(StartError) {
            var newKeyFile: String?
            let first: UnlockKey
            switch consume method {
            case .passphrase(let passphrase): first = UnlockKey(.passphrase(passphrase))
            case .keyFile(let path, let isThere):
                if !isThere {
                    try StartError.check("the key file's directory", Self.directory(of: path))
                    try Self.checkNothing(at: path)
                    try KeyFile.write(try Self.random(), to: path, mode: 0o400)
                    made.append(path)
                    newKeyFile = path
                }
                first = try KeyFile.read(path)
            }
            let recovery = try Self.recoveryKey()
            switch place {
            case .file(let path):
                try KeyFile.write(recovery.line(), to: path, mode: 0o600)
                made.append(path)
            case .shown(let show):
                if let reason = show(recovery) {
                    throw StartError(
                        .inputOutput, "the recovery key could not be shown, and no vault was created: \(reason)",
                        hint: "--recovery-out FILE writes it to a file")
                }
            }
            let isShown = if case .shown = place { true } else { false }
            try await create([first, try Self.unlockKey(recovery)], isShown: isShown)
            return Made(vault: storage.place, newKeyFile: newKeyFile)
        } catch {
            // A failing disk or server may prevent the vault's removal, or hide whether it exists. Then its keys stay too.
            if [.inputOutput, .unavailable].contains(error.exitStatus), (try? isMissing()) != true {
                let left = ([storage.place] + made).joined(separator: ", ")
                throw StartError(
                    error.exitStatus, "\(error.detail); the new vault and its keys are left: \(left)",
                    hint: "once the disk or the database works again, remove these, and repeat the init")
            }
            // Keys to a vault that does not exist would only be confusing.
            for path in made { unsafe unlink(path) }
            throw error
        }
    }

    private func isMissing() throws(StartError) -> Bool {
        do throws(StoreError) { return try storage.state() == .missing } catch { throw StartError(VaultError(error)) }
    }

    private func create(_ unlockKeys: [UnlockKey], isShown: Bool) async throws(StartError) {
        do throws(StartError) { try await create(unlockKeys) } catch {
            guard isShown else { throw error }
            throw StartError(
                error.exitStatus, "\(error.detail); the recovery key that was shown opens nothing", hint: error.hint)
        }
    }

    private func create(_ unlockKeys: [UnlockKey]) async throws(StartError) {
        do {
            try await storage.create { store in try await Vault.create(in: store, unlockKeys: unlockKeys) }
        } catch let error as VaultError {
            throw StartError(error)
        } catch let error as StoreError {
            throw StartError(VaultError(error))
        } catch {
            throw StartError(.internal, "the vault could not be created: \(type(of: error))")
        }
    }

    private static func directory(of path: String) -> String {
        let path = TrustedPath.absolute(path)
        return String(path[...(path.lastIndex(of: "/") ?? path.startIndex)])
    }

    /// An existing key may be known to the user who put it there.
    private static func checkNothing(at path: String) throws(StartError) {
        var found = stat()
        guard unsafe lstat(path, &found) == 0 else { return }
        throw StartError(
            .usage, "there already is a file at \(path), and a new vault gets a new key file",
            hint: "--use-existing-key, if its content is random and nobody else has it; else rm \(path)")
    }

    private static func random() throws(StartError) -> SecretBytes {
        do { return try Random.secret() } catch { throw StartError(.internal, "no randomness: \(error)") }
    }

    private static func recoveryKey() throws(StartError) -> SecretBytes {
        do { return try RecoveryKey.generate().rendered() } catch {
            throw StartError(.internal, "no recovery key: \(error)")
        }
    }

    private static func unlockKey(_ recovery: borrowing SecretBytes) throws(StartError) -> UnlockKey {
        do throws(VaultError) { return try UnlockKey(typedRecoveryKey: recovery) } catch { throw StartError(error) }
    }
}

extension SecretBytes {
    fileprivate func line() -> SecretBytes {
        var line = SecretBuffer(capacity: count + 1)
        line.append(self)
        line.append("\n")
        return line.finish()
    }
}
