import Logging
import Synchronization
import Times
import Tokens
import Vault

/// The vault as the daemon has it: the store from start to end, the keys only while unlocked.
final class VaultGate: Sendable {
    /// Everything that exists only while the vault is unlocked, and goes with it.
    final class Session: Sendable {
        let vault: Vault
        let tokens: TokenKeeper
        let answers = CredentialAnswers()

        init(vault: Vault, tokens: TokenKeeper) {
            self.vault = vault
            self.tokens = tokens
        }
    }

    private let store: any SealedStore
    private let issuer: any TokenIssuer
    private let policy: AttemptPolicy
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())

    private struct State {
        var session: Session?
        /// How often it was locked: an unlocking that a lock overtook must not undo it.
        var locks = 0
    }

    init(
        store: any SealedStore, issuer: any TokenIssuer, policy: AttemptPolicy, time: any TimeSource, logger: Logger
    ) {
        self.store = store
        self.issuer = issuer
        self.policy = policy
        self.time = time
        self.logger = logger
    }

    /// `nil` while locked.
    var session: Session? { state.withLock { $0.session } }

    /// Does nothing more than check the secret when the vault is unlocked already.
    func unlock(with way: UnlockWay) async throws(VaultError) {
        let locks = state.withLock { $0.locks }
        let vault = try await Vault.open(store, with: way, time: time)
        let keeper = TokenKeeper(vault: vault, issuer: issuer, policy: policy, time: time) { [logger] event in
            event.log(to: logger)
        }
        let isNew = try state.withLock { state throws(VaultError) in
            guard state.locks == locks else {
                throw VaultError(.closed, "the vault was locked meanwhile", hint: "keyturn unlock")
            }
            guard state.session == nil else { return false }
            state.session = Session(vault: vault, tokens: keeper)
            return true
        }
        if isNew {
            logger.notice(
                "vault unlocked",
                metadata: ["apps": "\(vault.catalog.entries.count)", "clients": "\(vault.catalog.clients.count)"])
        }
    }

    /// Drops the keys and everything that they opened. Requests that are under way keep what they have until they end.
    func lock() async {
        let session = state.withLock { state in
            state.locks += 1
            return state.session.take()
        }
        guard let session else { return }
        session.vault.close()
        await session.tokens.shutdown()
        logger.notice("vault locked")
    }
}

extension TokenEvent {
    func log(to logger: Logger) {
        switch self {
        case .minted(let app, let token):
            logger.info(
                "token minted",
                metadata: ["app": "\(app)", "generation": "\(token.generation)", "expires_at": "\(token.expiresAt)"])
        case .failed(let app, let failure):
            logger.warning(
                "no token: \(failure.reason)", metadata: ["app": "\(app)", "cause": "\(failure.cause)"])
        case .notKept(let app, let error):
            logger.error("kept in memory only: \(error)", metadata: ["app": "\(app)"])
        }
    }
}
