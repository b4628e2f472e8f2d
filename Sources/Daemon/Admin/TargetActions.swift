import HTTPTransport
import Names
import PingFederate
import Rotation
import SocketAPI
import Times
import Vault

/// Push targets for operators.
struct TargetActions {
    let session: VaultGate.Session
    let transport: any HTTPTransport
    let time: any TimeSource
    /// What is logged of it.
    let deed: Deed?

    func answer(_ action: AdminRoute.Targets, _ request: Request) async throws(Problem) -> RenderedResponse {
        // Whatever came of it: the operator is there and looks.
        defer { if let name = action.concerned { session.courier.wake(name) } }
        switch action {
        case .list:
            let targets = session.vault.catalog.targets.map { TargetDocument($0, session.vault.catalog, time.now.wall) }
            return Response(.ok).json(TargetList(targets: targets))
        case .show(let name): return Response(.ok).json(document(try entry(name)))
        case .add: return try await add(try request.document(TargetDraft.self))
        case .change(let name): return try await change(name, try request.document(TargetPatch.self))
        case .remove(let name, let force):
            let app = try entry(name).target.app
            do throws(VaultError) {
                try await session.vault.removeTarget(name, force: force, recording: deed?.done)
            } catch {
                throw Problem(error)
            }
            await wakeRotation(of: app)
            return Response(.noContent).render()
        case .test(let name):
            let (entry, app) = try both(name)
            let found = await TargetTest(session, transport).run(entry, app.app)
            await session.courier.learnCertificate(of: entry.target)
            await session.rotations.lookAgain(app.app.name)
            return Response(.ok).json(found)
        case .discover(let name):
            let target = try entry(name).target
            return Response(.ok).json(try await discovery(looking(at: target)).look(at: target))
        case .push(let name): return try await push(name)
        case .adopt(let name): return try await adopt(name)
        case .discoverConsole:
            let wanted = try request.document(DiscoverRequest.self)
            let access = try TargetDraftCheck.access(wanted.console)
            return Response(.ok).json(
                try await discovery(access).look(into: wanted.connection, matching: wanted.filter))
        case .certificate: return Response(.ok).json(try await meet(try request.document(CertificateRequest.self)))
        }
    }

    // MARK: Adding

    /// Looked at before it is stored, without changing anything there: a target that cannot be reached would hold the next
    /// rotation.
    private func add(_ draft: TargetDraft) async throws(Problem) -> RenderedResponse {
        guard let app = session.vault.catalog.app(draft.app) else { throw Problem(Vault.noSuchApp(draft.app)) }
        guard session.vault.catalog.target(draft.name) == nil else {
            throw Problem(
                .conflict, "there is a target '\(draft.name)' already",
                try: "choose another name, or look at it: keyturn target show \(draft.name)")
        }
        // Checked as a whole before anything is sent anywhere.
        let access = try await access(draft, app.app)
        let fields = try TargetDraftCheck.checked(try await fields(draft, access))
        var target = try TargetDraftCheck.target(
            draft, of: app.app, fields: fields, id: RowID.make(), now: time.now.wall)
        let verification = try await attempt(
            draft.verify ? .console : .no("not looked at, as asked"), target, app.app,
            drift: .init("drift", .skipped, "nothing was pushed yet", try: "keyturn target push \(target.name)"),
            otherwise: "the target was not stored")
        if draft.verify { target.pinExpires = await target.pinExpiry(over: transport) }
        do throws(VaultError) { try await session.vault.add(target, recording: deed?.done) } catch {
            throw Problem(error)
        }
        return Response(.created).json(
            TriedTarget(target: document(try entry(target.name)), verification: verification))
    }

    private func access(_ draft: TargetDraft, _ app: App) async throws(Problem) -> ConsoleAccess {
        try looking(
            at: TargetDraftCheck.target(
                draft, of: app, fields: TargetDraftCheck.unknown, id: "", now: time.now.wall))
    }

    /// What was not given is asked for from the connector.
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

    // MARK: Looking

    private func looking(at target: PushTarget) throws(Problem) -> ConsoleAccess {
        do throws(ConsoleFailure) { return try target.access() } catch { throw Problem(error) }
    }

    private func meet(_ wanted: CertificateRequest) async throws(Problem) -> MetCertificate {
        let api: EndpointURL
        do { api = try EndpointURL(try TargetDraftCheck.address(wanted.adminURL)) } catch {
            throw error as? Problem ?? Problem(.badRequest, "the console's address cannot be used")
        }
        do throws(ConsoleFailure) {
            let met = try await ConsoleMeeting.certificate(of: api, over: transport)
            return MetCertificate(
                sha256: met.sha256 ?? "", subject: met.subject, issuer: met.issuer, notBefore: met.notBefore,
                notAfter: met.notAfter)
        } catch {
            throw Problem(error)
        }
    }

    // MARK: Changing

    private func push(_ name: Name) async throws(Problem) -> RenderedResponse {
        let (entry, app) = try both(name)
        guard !session.vault.isElsewhere else { throw Problem(Vault.elsewhere) }
        guard !app.isSuspect else {
            throw Problem(
                .unproven, "the secret is out of a backup, and zoom has not taken it since",
                try: "keyturn app verify \(app.app.name)")
        }
        switch await session.courier.deliver(app.credential, of: app.app, to: entry.target, .asked) {
        case .confirmed, .waiting: break
        case .later(_, let reason): throw Problem(.upstreamUnavailable, reason, try: "keyturn target test \(name)")
        case .held(let reason): throw Problem(.upstreamFailed, reason, try: try self.entry(name).delivery.failure?.hint)
        }
        await wakeRotation(of: app.app.name)
        return Response(.ok).json(document(try self.entry(name)))
    }

    /// One that waited for a target need not wait until it would have looked again.
    /// - Parameter resuming: whether one that a target's refusal held goes on.
    func wakeRotation(of app: Name, resuming: Bool = true) async {
        await session.rotations.lookAgain(atTargetsOf: app, resuming: resuming)
    }

    /// What is there now is as it should be.
    private func adopt(_ name: Name) async throws(Problem) -> RenderedResponse {
        let (known, app) = try both(name)
        do {
            let target = known.target
            let isDone = try await session.courier.accept(
                target, of: app.app, looking(at: target), recording: deed?.done)
            guard isDone else {
                throw Problem(.busy, "target '\(name)' is being pushed to", try: "the same again")
            }
        } catch {
            throw Problem(ofTarget: error, name)
        }
        await wakeRotation(of: known.target.app, resuming: false)
        return Response(.ok).json(document(try self.entry(name)))
    }

    // MARK: Finding

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

extension AdminRoute.Targets {
    /// The target that an operator changes, pushes to or tries, and so does not want to be left for later.
    fileprivate var concerned: Name? {
        switch self {
        case .change(let name), .test(let name), .push(let name), .adopt(let name): name
        case .list, .show, .add, .remove, .discover, .discoverConsole, .certificate: nil
        }
    }
}
