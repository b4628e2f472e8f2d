import Audit
package import Confinement
import Doctor
import Domain
import Glibc
import HTTPTransport
import Health
package import Logging
package import Maintenance
import SecretMemory
package import SocketAPI
import SocketServer
import Tokens
package import Vault
import Zoom

/// The assembled daemon: store, vault controller, sockets, and the order in which they start and stop.
package struct Daemon: Sendable {
    private let paths: Paths
    private let storage: any VaultStorage
    private let spool: any SpoolStore
    private let settings: Settings
    private let read: Settings.Reader
    private let version: String
    private let volume: LogVolume
    private let logger: Logger
    private let credential: String?
    private let confinement: Confinement

    /// - Parameters:
    ///   - read: reads the settings again from the sources of `settings`.
    ///   - credential: the file of systemd's credential `keyturn.key`, if there is one.
    ///   - volume: of `logger`.
    package init(
        paths: Paths, storage: any VaultStorage, spool: any SpoolStore, settings: Settings,
        read: @escaping Settings.Reader, version: String, credential: String?,
        confinement: Confinement, volume: LogVolume, logger: Logger
    ) {
        self.paths = paths
        self.storage = storage
        self.spool = spool
        self.settings = settings
        self.read = read
        self.version = version
        self.credential = credential
        self.confinement = confinement
        self.volume = volume
        self.logger = logger
    }

    /// Call it before anything is opened: no ptrace, no core dump, umask 077.
    package static func harden() {
        precondition(ClosedProcess.begin(), "the kernel does not protect this process from others")
        // From the first moment: an early reload signal must not end the daemon.
        signal(SIGHUP, SIG_IGN)
        var files = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files) == 0 {
            files.rlim_cur = files.rlim_max
            unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        }
    }

    /// Drops the privileges that serving does not need. Call it before any thread is started, and before external input
    /// is read.
    package static func confine(_ settings: Settings, credential: String?, _ paths: Paths) -> Confinement {
        let source = settings.unlockSource(credential: credential, closed: paths.closed)
        let unlocksByCommand = if case .command = source { true } else { false }
        return Confinement.begin(startsPrograms: unlocksByCommand || settings.alertsByCommand)
    }

    /// Serves until it is told to stop.
    package func run() async throws(StartError) {
        let time = processTime()
        // Errors in the settings, or in what systemd passes on, are detected before the vault is touched.
        let roles = try settings.adminRoles(owner: geteuid())
        let agentGroup = try settings.agentGroupID()
        let transport = try makeTransport()
        let channels = try settings.makeAlertChannels(
            closed: paths.closed, over: transport, time: time, isStart: true)
        let inherited = try InheritedSockets()
        var check = SettingsCheck(paths: paths, credential: credential)
        check.inherited = inherited
        try check.groups(settings)
        if let address = settings.metricsAddress { try LoopbackSocket.check(address, for: "metrics.listen") }
        try PrivateDirectory.ensure("the state directory", paths.stateDirectory, mode: 0o700)
        let store = try openStore()
        let clock = ZoomClock(time: time)
        let clocked = ClockedTransport(transport, clock: clock, time: time)
        let zoom = ZoomIssuer(zoom: ZoomClient(transport: clocked))
        var policy = AttemptPolicy()
        policy.budget = settings.refusalsPerHour
        let gate = VaultController(
            store: store, spool: spool,
            audit: LogDirectory(path: paths.audit), syncsReads: settings.auditSync == .always, zoom: zoom,
            transport: transport, clock: clock, policy: policy,
            mostWaiting: min(settings.mostWaiting, ConnectionLimits.most() / 2),
            refusals: settings.refusals, machine: MachineIdentity.read(settings.machineFile), time: time, logger: logger
        )
        let waiting = try await unlock(gate)
        defer { waiting?.cancel() }

        let lost = LostSockets()
        let forwarder = settings.auditForward.map {
            AuditForwarder(
                LogDirectory(path: paths.audit),
                to: $0.makeDestination(caFile: settings.auditForwardCAFile, identity: settings.syslogIdentity),
                file: paths.auditForward, time: time, logger: logger)
        }
        let source = settings.unlockSource(credential: credential, closed: paths.closed)
        let exposure = StateExposure(in: paths.stateDirectory)
        let (heartbeat, delivery) = (Heartbeat(), AlertDelivery())
        let status = StatusReport(
            vitals: { gate.session?.vitals },
            host: {
                lost.problems + HealthIssue.problems(of: store.trouble) + exposure.problems(time.now)
                    + (forwarder?.problems ?? [])
                    + heartbeat.problems() + delivery.problems(time.now)
            },
            unlocking: { source?.absence }, time: time, version: version, started: time.now,
            stateDirectory: paths.stateDirectory)
        let notifier = AlertNotifier(
            status: status, channels: channels, file: AlertFile(path: paths.alerts), delivery: delivery,
            logger: logger)
        let metrics = MetricsSource(
            gate: gate, agent: AgentServer(), notifier: notifier, paths: paths, status: status)
        let admin = AdminRoutes(
            gate: gate, zoom: zoom, time: time, status: status, roles: roles,
            backups: BackupWriter(store: store, of: storage, paths: paths, time: time),
            doctor: DaemonDoctor(
                paths: paths, source: source,
                transport: clocked, time: time, started: time.now, confinement: confinement, library: storage.library,
                server: { try await store.serverReport() }),
            unlocking: UnlockThrottle(time: time), metrics: metrics, notifier: notifier,
            users: UserNames(time: time))
        let sockets = SocketService(
            paths: paths, settings: settings, inherited: inherited, agentGroup: agentGroup,
            agent: AgentRoutes(
                gate: gate, time: time,
                budget: settings.requestsPerSecond > 0 ? RequestBudget(perSecond: settings.requestsPerSecond) : nil),
            admin: admin, lost: lost, logger: logger)
        let due = Ticker(gate: gate, notifier: notifier, time: time, heartbeat: heartbeat)
        let users = UserMonitor(gate: gate, logger: logger)
        let reload = Reload(
            began: settings, read: read, check: check, notifier: notifier, transport: transport,
            startsPrograms: confinement.startsPrograms, volume: volume,
            logger: logger)
        // Before it reports that it is ready: later signals are handled.
        let (stops, reloads) = (Signals.stream(of: SIGTERM, SIGINT), Signals.stream(of: SIGHUP))
        // A receiver that does not answer must not delay the end.
        let forwarding = forwarder.map { forwarder in Task { try await forwarder.run() } }
        defer { forwarding?.cancel() }
        do {
            try await sockets.run { live in
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { for await _ in stops { return } }
                    tasks.addTask { try await live() }
                    tasks.addTask { try await due.run() }
                    tasks.addTask { try await users.run() }
                    tasks.addTask { await reload.run(at: reloads) }
                    // The first task to end is the signal; any other ends with an error.
                    defer { tasks.cancelAll() }
                    try await tasks.next()
                }
            }
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError(.internal, "the daemon stopped: \(type(of: error))")
        }
        await gate.lock(
            recording: AuditEvent(
                .init("vault.lock"), .done, [("actor", .text("keyturnd")), ("reason", .text("keyturnd was stopped"))]))
        forwarding?.cancel()
        await forwarder?.finish()
        transport.shutdown()
        try? await store.close()
        logger.notice("stopped")
    }

    private func openStore() throws(StartError) -> any VaultStore {
        do throws(StoreError) { return try storage.open() } catch {
            if error.code == .missing {
                throw StartError.noVault(error, in: storage, VaultTraces(in: paths.stateDirectory))
            }
            throw StartError(VaultError(error))
        }
    }

    private func makeTransport() throws(StartError) -> CurlTransport {
        try SettingsCheck.checkCAFiles(settings)
        if let proxy = ProxySetting.current {
            switch proxy {
            case .proxy: logger.notice("requests to Zoom and to consoles go through a proxy: \(proxy)")
            case .unusable:
                // Clients that already have a secret are still served.
                logger.error(
                    "\(proxy): no request to Zoom or to a console leaves this host", metadata: ["try": "keyturn doctor"]
                )
            }
        }
        do throws(TransportFailure) {
            return try CurlTransport(.init(userAgent: "keyturn/\(version)", caFile: settings.caFile))
        } catch {
            throw StartError(.configuration, "no HTTPS client: \(error)", hint: "check zoom.ca_file")
        }
    }

    /// Without an unlock key the daemon starts locked. With a wrong one it does not start: that is an error to fix, and
    /// not a valid state. While the vault's database cannot be used, it is locked too, and tries again.
    /// - Returns: the task that tries again.
    private func unlock(_ gate: VaultController) async throws(StartError) -> Task<Void, Never>? {
        guard let source = settings.unlockSource(credential: credential, closed: paths.closed) else {
            logger.notice("the vault is locked: keyturn unlock")
            return nil
        }
        let unlockKey = try source.read()
        let attempt = UnlockAttempt(gate: gate, source: source, key: unlockKey, logger: logger)
        do throws(VaultError) {
            try await attempt.unlock()
            return nil
        } catch {
            guard attempt.mayRepeat(after: error) else { throw source.failure(error) }
            logger.error(
                "the vault is locked until its database can be used: \(error)",
                metadata: error.hint.map { ["try": "\($0)"] })
            return Task { await attempt.repeatUntilDone() }
        }
    }
}
