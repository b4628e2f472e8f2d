import Audit
import CPlatform
import Domain
import HTTPTransport
import Health
import Logging
import PushTargets
import Rotation
import Scheduling
import SocketAPI
import Synchronization
import Tokens
import Vault
import Zoom

/// A socket service that depends on the vault.
protocol GateObserver: Sendable {
    /// The policies may have changed, or are known for the first time.
    func policiesChanged()
    /// The vault was locked. Returns when no unread answer is in memory.
    func locked() async
}

/// The daemon's vault: the store from start to end, the keys only while unlocked.
final class VaultController: Sendable {
    /// Everything that exists only while the vault is unlocked.
    final class Session: Sendable {
        let vault: Vault
        let tokens: TokenKeeper
        let rotations: RotationEngine
        let scheduler: Scheduler
        let receipts: ReceiptKeeper
        let apps: AppListAnswers
        let watchers: Watchers
        let audit: AuditTrail
        let pusher: TargetPusher
        let targets: DriftDetector
        let provisioners: ProvisionerLogMonitor
        let keys: ResealJob
        let zoom: ZoomWatch

        init(
            vault: Vault, tokens: TokenKeeper, rotations: RotationEngine, scheduler: Scheduler,
            receipts: ReceiptKeeper, watchers: Watchers, audit: AuditTrail, pusher: TargetPusher,
            keys: ResealJob, zoom: ZoomWatch
        ) {
            self.vault = vault
            apps = AppListAnswers(vault.catalog)
            self.tokens = tokens
            self.rotations = rotations
            self.scheduler = scheduler
            self.receipts = receipts
            self.watchers = watchers
            self.audit = audit
            self.pusher = pusher
            targets = DriftDetector(pusher)
            provisioners = ProvisionerLogMonitor(pusher)
            self.keys = keys
            self.zoom = zoom
        }
    }

    private let store: any SealedStore
    private let spool: any SpoolStore
    private let audit: LogDirectory
    private let syncsReads: Bool
    private let zoom: ZoomIssuer
    let transport: any HTTPTransport, clock: ZoomClock
    private let policy: AttemptPolicy
    private let mostWaiting: Int
    /// This host's identity.
    private let machine: String
    private let time: any TimeSource
    private let logger: Logger
    private let state = Mutex(State())
    private let observers = Mutex<[any GateObserver]>([])
    /// Counts events since the start, over all sessions.
    let events = EventTally()
    let fetches = FetchCounts()
    let refusals: RefusalCounter

    private struct State {
        var session: Session?
        /// How many times it was locked: an unlock that a lock overtook must not undo it.
        var locks = 0
        /// How many sessions are ending. Until they have ended, the vault is theirs.
        var ending = 0
    }

    /// - Parameters:
    ///   - syncsReads: whether answers with secrets wait until their lines are on disk.
    ///   - mostWaiting: the most requests that may wait for changes.
    init(
        store: any SealedStore, spool: any SpoolStore, audit: LogDirectory, syncsReads: Bool, zoom: ZoomIssuer,
        transport: any HTTPTransport, clock: ZoomClock, policy: AttemptPolicy, mostWaiting: Int,
        refusals: RefusalAllowance.Limits = RefusalAllowance.Limits(), machine: String = "",
        time: any TimeSource, logger: Logger
    ) {
        self.store = store
        self.spool = spool
        self.audit = audit
        self.syncsReads = syncsReads
        self.zoom = zoom
        (self.transport, self.clock) = (transport, clock)
        self.policy = policy
        self.mostWaiting = mostWaiting
        self.refusals = RefusalCounter(refusals)
        self.machine = machine
        self.time = time
        self.logger = logger
    }

    /// Adds an observer, which is notified from now on.
    func add(_ observer: any GateObserver) { observers.withLock { $0.append(observer) } }

    private func policiesChanged() { for observer in observers.withLock({ $0 }) { observer.policiesChanged() } }

    /// `nil` while locked.
    var session: Session? { state.withLock { $0.session } }

    /// Whether a new secret is only in memory, so that this process must not end.
    var holdsTheOnlyCopy: Bool { session?.rotations.report.troubles.contains { $0.kind == .inMemory } ?? false }

    /// If the vault is already unlocked, only checks the secret.
    func unlock(with unlockKey: UnlockKey) async throws(VaultError) {
        let (locks, ending, open) = state.withLock { ($0.locks, $0.ending, $0.session) }
        guard ending == 0 else {
            throw VaultError(
                .busy, "the vault is being locked, and a running call to Zoom is completed first",
                hint: "repeat the command in a moment")
        }
        if let open {
            try await open.vault.prove(unlockKey)
            guard state.withLock({ $0.locks }) == locks else { throw Self.overtaken }
            return
        }
        let vault = try await Vault.open(store, with: unlockKey, log: audit, time: time)
        try vault.setHost(machine)
        let session = makeSession(vault)
        let isNew = try state.withLock { state throws(VaultError) in
            guard state.locks == locks else { throw Self.overtaken }
            guard state.session == nil else { return false }
            state.session = session
            return true
        }
        if isNew {
            policiesChanged()
            await session.audit.openOffThePool()
            logger.notice(
                "vault unlocked",
                metadata: ["apps": "\(vault.catalog.entries.count)", "clients": "\(vault.catalog.clients.count)"])
            if let reason = vault.notOwned { logger.error("\(reason.advice)") }
            // The spool is read before the first status request.
            await session.rotations.lookAtSpool()
            await session.rotations.lookAtReceipts()
            // Opening a large vault takes memory that is not needed afterwards.
            kt_give_memory_back()
        }
    }

    /// The key slot that a secret opens, whether or not the vault is locked.
    func slot(openedBy unlockKey: UnlockKey) async throws(VaultError) -> (id: String, kind: String) {
        try await Vault.slot(in: store, openedBy: unlockKey)
    }

    private static var overtaken: VaultError {
        VaultError(.closed, "the vault was locked meanwhile", hint: "keyturn unlock")
    }

    private func makeSession(_ vault: Vault) -> Session {
        let (logger, events) = (logger, events)
        vault.catalog.observe { [weak self] change in if case .policies = change { self?.policiesChanged() } }
        let audit = AuditTrail(
            audit, of: vault, syncsReads: syncsReads, fetches: fetches, refusals: refusals, time: time, logger: logger)
        let contact = ZoomWatch(vault: vault, transport: transport, clock: clock, time: time)
        let tokens = TokenKeeper(vault: vault, issuer: zoom, policy: policy, time: time) {
            $0.log(to: logger)
            events.record($0)
            contact.record($0)
            if let event = $0.audited { audit.enqueue(event) }
        }
        let rotator = ZoomRotator(zoom: zoom.zoom, clock: clock, maySend: { vault.isCertainlyOurs }) { app, grant in
            Task { try? await vault.update(app) { $0.rotationGrant = grant } }
        }
        let pusher = TargetPusher(vault: vault, transport: transport, time: time) { $0.log(to: logger) }
        var timing = RotationTiming()
        timing.earliest = keyturnReleased
        // A console may try the new credentials before it saves them, and a push takes several calls.
        timing.publishLimit = 240
        var publisher: any SecretPublisher = TargetPublisher(pusher)
        #if FAULT_POINTS
            if let scripted = ScriptedPublisher() {
                (publisher, timing.publishLimit) = (scripted, scripted.limit ?? 30)
            }
            timing.endLead = EndLead.forTests ?? timing.endLead
        #endif
        let rotations = RotationEngine(
            vault: vault, issuer: rotator,
            prover: BudgetedProver(base: rotator, tokens: tokens, catalog: vault.catalog), publisher: publisher,
            spool: spool, unserved: { audit.unavailability.map { "the audit log cannot be written (\($0))" } },
            timing: timing, time: time, makeID: { _ in RowID.make() }, makeCallID: RowID.make
        ) {
            $0.log(to: logger)
            events.record($0)
        }
        let receipts = ReceiptKeeper(vault: vault, time: time) { name in
            Task { await rotations.lookAgain(name) }
        }
        let reach = RotationReach(zoom: zoom.zoom) { [time] in time.now.wall }
        let scheduler = Scheduler(
            vault: vault, engine: rotations, tokens: tokens, time: time,
            lacking: { RequiredScope.missing(from: $0).map(\.description) },
            mayRotate: { reach.remembered(await reach.scope($0.app, $0.credential)) }, makeID: RowID.make
        ) {
            $0.log(to: logger)
            if let event = $0.audited { audit.enqueue(event) }
        }
        return Session(
            vault: vault, tokens: tokens, rotations: rotations, scheduler: scheduler, receipts: receipts,
            watchers: Watchers(vault.catalog, limit: mostWaiting), audit: audit, pusher: pusher,
            keys: ResealJob(vault: vault, engine: rotations, time: time, logger: logger), zoom: contact)
    }

    /// Drops the keys and everything that they opened. Running requests keep their data until they end.
    /// - Parameter event: the last audit event, written when no request is served and no work is running.
    func lock(recording event: AuditEvent) async {
        let session = state.withLock { state in
            state.locks += 1
            if state.session != nil { state.ending += 1 }
            return state.session.take()
        }
        guard let session else { return }
        defer { state.withLock { $0.ending -= 1 } }
        session.watchers.close()
        for observer in observers.withLock({ $0 }) { await observer.locked() }
        await session.keys.stop()
        await session.scheduler.stop()
        await session.targets.stop()
        // A rotation in the middle of a call is completed: its answer may be the only copy of a secret.
        await session.rotations.stop()
        await session.audit.close(with: event)
        session.vault.close()
        await session.tokens.shutdown()
        logger.notice("vault locked")
    }
}
