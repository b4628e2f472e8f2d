import Domain
import HTTPTransport
import Maintenance
import PingFederate
import PushTargets
import Rotation
import SocketAPI
import Vault

/// Operators' requests about push targets.
struct TargetActions {
    let session: VaultController.Session
    let transport: any HTTPTransport
    let time: any TimeSource
    /// The log entry.
    let audited: AuditedAction?

    var list: TargetList { TargetList(targets: session.vault.catalog.targets.map(document)) }

    func show(_ name: Name) throws(Problem) -> TargetDocument { document(try entry(name)) }

    func remove(_ name: Name, force: Bool) async throws(Problem) {
        let app = try entry(name).target.app
        try await asProblem { () throws(VaultError) in
            try await session.vault.removeTarget(name, force: force, recording: audited?.done)
        }
        await wakeRotation(of: app)
    }

    // MARK: Adding

    /// Checks the console before the target is stored, without changing anything there: an unreachable target would block
    /// the next rotation.
    func add(_ draft: TargetDraft) async throws(Problem) -> TriedTarget {
        let app = try session.vault.catalog.existingApp(draft.app)
        guard session.vault.catalog.target(draft.name) == nil else {
            throw Problem(
                .conflict, "there already is a target '\(draft.name)'",
                try: "choose another name, or see keyturn target show \(draft.name)")
        }
        // Checks the whole draft before any request is sent.
        let access = try await access(draft, app.app)
        let fields = try TargetDraftCheck.checked(try await fields(draft, access))
        var target = try TargetDraftCheck.target(
            draft, of: app.app, fields: fields, id: RowID.make(), now: time.now.wall)
        let verification = try await attempt(
            draft.verify ? .console : .no("not checked, as requested"), target, app.app,
            drift: .init(.drift, .skipped, "nothing was pushed yet", try: "keyturn target push \(target.name)"),
            otherwise: "the target was not stored")
        if draft.verify { target.pinExpires = await target.pinExpiry(over: transport) }
        try await asProblem { () throws(VaultError) in
            try await session.vault.add(target, recording: audited?.done)
        }
        return TriedTarget(target: try show(target.name), verification: verification)
    }

    private func access(_ draft: TargetDraft, _ app: App) async throws(Problem) -> ConsoleAccess {
        try looking(
            at: TargetDraftCheck.target(
                draft, of: app, fields: TargetDraftCheck.unknown, id: "", now: time.now.wall))
    }

    /// Discovers the settings that were not given.
    private func fields(_ draft: TargetDraft, _ access: ConsoleAccess) async throws(Problem) -> PushTarget.Fields {
        let known = draft.fields
        guard known.names.contains(nil) else {
            return try TargetFieldChoice(given: known, found: DiscoveredFields([]), settings: []).fields()
        }
        return try await discovery(access).fields(of: draft.connection, known)
    }

    private func discovery(_ access: ConsoleAccess) -> TargetDiscovery {
        TargetDiscovery(access: access, transport: transport)
    }

    // MARK: Reading

    private func looking(at target: PushTarget) throws(Problem) -> ConsoleAccess {
        do throws(ConsoleFailure) { return try target.access() } catch { throw Problem(error) }
    }

    func test(_ name: Name) async throws(Problem) -> CheckResults {
        defer { session.pusher.wake(name) }
        let (entry, app) = try both(name)
        let found = await TargetTest(session.pusher).run(entry, app.app)
        await session.pusher.learnCertificate(of: entry.target)
        await session.rotations.lookAgain(app.app.name)
        return found
    }

    func discover(_ name: Name) async throws(Problem) -> ConsoleDiscovery {
        let target = try entry(name).target
        return try await discovery(looking(at: target)).discover(target)
    }

    /// Lists what a console has, before a target exists.
    func discover(at wanted: DiscoverRequest) async throws(Problem) -> ConsoleDiscovery {
        let access = try TargetDraftCheck.access(wanted.console)
        return try await discovery(access).discover(in: wanted.connection, matching: wanted.filter)
    }

    func certificate(of wanted: CertificateRequest) async throws(Problem) -> ServerCertificate {
        let api: EndpointURL
        do { api = try EndpointURL(try TargetDraftCheck.address(wanted.adminURL)) } catch {
            throw error as? Problem ?? Problem(.badRequest, "the console's address cannot be used")
        }
        do throws(ConsoleFailure) {
            let shown = try await CertificateProbe.certificate(of: api, over: transport)
            return ServerCertificate(
                sha256: shown.sha256 ?? "", subject: shown.subject, issuer: shown.issuer, notBefore: shown.notBefore,
                notAfter: shown.notAfter)
        } catch {
            throw Problem(error)
        }
    }

    // MARK: Changing

    /// The operator is present, so the push does not wait for the next check.
    func push(_ name: Name) async throws(Problem) -> TargetDocument {
        defer { session.pusher.wake(name) }
        let (entry, app) = try both(name)
        if let reason = session.vault.notOwned { throw Problem(reason) }
        guard !app.isSuspect else {
            throw Problem(.unproven, Credential.unproven, try: "keyturn app verify \(app.app.name)")
        }
        switch await session.pusher.deliver(app.credential, of: app.app, to: entry.target, .asked) {
        case .confirmed, .waiting: break
        case .later(_, let reason): throw Problem(.upstreamUnavailable, reason, try: "keyturn target test \(name)")
        case .blocked(let reason):
            throw Problem(.upstreamFailed, reason, try: try self.entry(name).delivery.failure?.hint)
        }
        await wakeRotation(of: app.app.name)
        return try show(name)
    }

    /// Wakes a rotation that waits for a target, so that it need not wait for its next check.
    /// - Parameter resuming: whether to continue a rotation that a target's refusal blocked.
    func wakeRotation(of app: Name, resuming: Bool = true) async {
        await session.rotations.lookAgain(atTargetsOf: app, resuming: resuming)
    }

    /// Accepts the present values of the connection.
    func accept(_ name: Name) async throws(Problem) -> TargetDocument {
        defer { session.pusher.wake(name) }
        let (known, app) = try both(name)
        do {
            let target = known.target
            let isDone = try await session.pusher.accept(
                target, of: app.app, looking(at: target), recording: audited?.done)
            guard isDone else {
                throw Problem(.busy, "target '\(name)' is being pushed to", try: "repeat the command")
            }
        } catch {
            throw Problem(ofTarget: error, name)
        }
        await wakeRotation(of: known.target.app, resuming: false)
        return try show(name)
    }

    // MARK: Lookup

    func entry(_ name: Name) throws(Problem) -> TargetEntry {
        guard let entry = session.vault.catalog.target(name) else { throw Problem(Vault.noSuchTarget(name)) }
        return entry
    }

    func both(_ name: Name) throws(Problem) -> (TargetEntry, AppEntry) {
        let entry = try entry(name)
        guard let app = session.vault.catalog.app(of: entry.target) else {
            throw Problem(Vault.noSuchApp(entry.target.app))
        }
        return (entry, app)
    }

    func document(_ entry: TargetEntry) -> TargetDocument {
        TargetDocument(entry, session.vault.catalog, time.now.wall)
    }
}
