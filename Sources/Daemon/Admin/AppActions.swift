import Domain
import HTTPTransport
import Health
import Maintenance
import Rotation
import Scheduling
import SecretMemory
import SocketAPI
import Tokens
import Vault
import Zoom

/// Operators' requests about apps.
struct AppActions {
    let session: VaultController.Session
    let zoom: ZoomIssuer
    let time: any TimeSource
    let audited: AuditedAction?
    /// Whether the caller may cause requests to Zoom, each of which costs tokens and lines of the audit log.
    var mayAsk = true

    func list() throws(Problem) -> AppList {
        var apps: [AppDocument] = []
        for entry in session.vault.catalog.apps { apps.append(try document(entry)) }
        return AppList(apps: apps)
    }

    func show(_ name: Name) throws(Problem) -> AppDocument { try document(try entry(name)) }

    func remove(_ name: Name, force: Bool) async throws(Problem) {
        try await asProblem { () throws(VaultError) in
            try await session.vault.removeApp(name, force: force, recording: audited?.done)
        }
    }

    private var reach: RotationReach { RotationReach(zoom: zoom.zoom) { [time] in time.now.wall } }

    /// Checks whether Zoom issues a token that may change the secret, and saves the result.
    private func checkScope(_ entry: AppEntry) async -> RotationReach.Scope {
        let scope = await reach.scope(entry.app, entry.credential)
        if let found = reach.remembered(scope) { await session.scheduler.learn(found, of: entry.app) }
        return scope
    }

    /// Like ``checkScope(_:)``, once Zoom has accepted the secret: within the app's budget of attempts, and not with a refused
    /// secret.
    private func provenLook(_ entry: AppEntry) async -> RotationReach.Scope {
        if let reason = session.vault.notOwned { return .unknown(reason.detail) }
        do throws(TokenFailure) { _ = try await session.tokens.attempt(entry.app.name) } catch {
            return .unknown("Zoom gives no token to check with")
        }
        return await checkScope(entry)
    }

    /// Checks whether apps with automatic rotation can be rotated: only a few, since each takes up to three tokens from
    /// Zoom.
    func checkRotations(most: Int = 5) async {
        await withTaskGroup(of: Void.self) { group in
            for entry in session.vault.catalog.apps.filter({ $0.app.policy.every != nil && $0.rotation == nil })
                .prefix(most)
            {
                group.addTask { _ = await provenLook(entry) }
            }
        }
    }

    func plan(_ name: Name, overlap: Int?) async throws(Problem) -> RotationPlan {
        var entry = try entry(name)
        if entry.rotation == nil, mayAsk { _ = await provenLook(entry) }
        entry = session.vault.catalog.app(name) ?? entry
        return try await asProblem { [entry] () throws(VaultError) in
            var obstacles = RotationObstacles(
                entry: entry, now: time.now.wall, notOwned: session.vault.notOwned?.advice,
                targets: session.vault.catalog.targets(of: entry.app), spool: session.rotations.report.troubles,
                unserved: session.rotations.unserved())
            if entry.rotation == nil, let last = try await session.vault.rotations(of: entry.app).last {
                obstacles.calls = last.allCalls
            }
            return RotationPlan(entry, overlap: overlap, obstacles: obstacles)
        }
    }

    /// Verifies the app before it is stored: a later refusal by Zoom would be hard to explain.
    func add(_ draft: consuming AppDraft) async throws(Problem) -> AddedApp {
        let app = try AppDraftCheck.app(draft, id: RowID.make(), now: time.now.wall)
        let secret = SecretBox(draft.clientSecret.copy())
        guard session.vault.catalog.app(app.name) == nil else { throw Self.exists(app.name) }
        try checkIdentity(of: app)
        var checks = [CheckResult(.token, .skipped, "not verified, as requested")]
        var minted: (token: MintedToken, at: Moment)?
        var scope = RotationReach.Scope.unknown("not verified, as requested")
        if draft.verify {
            let proof = try await proven(app, secret)
            checks = Verifier.token(lifetime: proof.token.lifetime, scopes: proof.token.scopes, of: app.name)
            minted = proof
            scope = await reach.scope(
                app, Credential(generation: .first, state: .current, clientSecret: secret, createdAt: app.createdAt))
            checks.append(RotationReach.check(app, scope))
        }
        try await asProblem { () throws(VaultError) in
            try await session.vault.add(app, clientSecret: secret, recording: audited?.done)
        }
        if let minted { await session.tokens.adopt(minted.token, for: app.name, sent: minted.at) }
        if let found = reach.remembered(scope) { await session.scheduler.learn(found, of: app) }
        return AddedApp(app: try document(try entry(app.name)), verification: CheckResults(checks))
    }

    /// An operator's request resets the budget of attempts first.
    func verify(_ name: Name) async throws(Problem) -> CheckResults {
        let entry = try entry(name)
        do throws(TokenFailure) {
            let seen = try await session.tokens.renew(entry.app.name)
            let checks = Verifier.token(lifetime: seen.secondsLeft(at: time.now), scopes: seen.token.scopes, of: name)
            let scope = await checkScope(self.session.vault.catalog.app(entry.app.name) ?? entry)
            return CheckResults(checks + [await scim(seen.token), RotationReach.check(entry.app, scope)])
        } catch {
            return CheckResults(
                Verifier.token(error.asIssueFailure)
                    + [.init(.scim, .skipped, "no token to try"), .init(.rotation, .skipped, "no token to try")])
        }
    }

    /// Tries an app's credentials without storing it.
    func tryOut(_ draft: consuming AppDraft) async throws(Problem) -> CheckResults {
        let app = try AppDraftCheck.app(draft, id: RowID.make(), now: time.now.wall)
        let secret = SecretBox(draft.clientSecret.copy())
        try checkIdentity(of: app)
        do throws(IssueFailure) {
            let token = try await zoom.mint(
                at: app.environment, accountID: app.accountID, clientID: app.clientID, clientSecret: secret)
            let checks = Verifier.token(lifetime: token.lifetime, scopes: token.scopes, of: app.name)
            return CheckResults(checks + [await Verifier(zoom: zoom.zoom).scim(token.accessToken, api: token.apiURL)])
        } catch {
            return CheckResults(Verifier.token(error) + [.init(.scim, .skipped, "no token to try")])
        }
    }

    private func scim(_ token: Token) async -> CheckResult {
        await Verifier(zoom: zoom.zoom).scim(token.accessToken, api: token.apiURL)
    }

    func change(_ name: Name, _ patch: AppPatch) async throws(Problem) -> AppDocument {
        let entry = try entry(name)
        let app = try AppPatchCheck.app(entry.app, patched: patch)
        guard !app.isSame(atZoom: entry.app) else {
            try await asProblem { () throws(VaultError) in
                try await session.vault.update(app, recording: audited?.done) { try Self.patch(&$0, with: patch) }
                // Applied to a running rotation too: otherwise a leaked secret would stay valid for days.
                if let overlap = patch.overlap { _ = try await session.rotations.setOverlap(overlap, of: app.name) }
            }
            if app.policy.every != nil, app.policy.every != entry.app.policy.every {
                _ = await provenLook(try self.entry(app.name))
            }
            return try show(app.name)
        }
        try checkIdentity(of: app)
        let minted = patch.verify == false ? nil : try await proven(app, entry.credential.clientSecret)
        try await asProblem { () throws(VaultError) in
            try await session.vault.identify(app, recording: audited?.done) { try Self.patch(&$0, with: patch) }
        }
        if let minted { await session.tokens.adopt(minted.token, for: app.name, sent: minted.at) }
        return try show(app.name)
    }

    /// Runs within the change, so that concurrent changes by others stay.
    private static func patch(_ app: inout App, with patch: AppPatch) throws {
        do throws(Problem) { app = try AppPatchCheck.app(app, patched: patch) } catch {
            throw VaultError(.unfit, error.advice)
        }
    }

    /// A token minted with these credentials; throws if Zoom gives none, so that nothing is stored.
    func proven(_ app: App, _ secret: SecretBox) async throws(Problem) -> (token: MintedToken, at: Moment) {
        let sent = time.now
        do throws(IssueFailure) {
            let token = try await zoom.mint(
                at: app.environment, accountID: app.accountID, clientID: app.clientID, clientSecret: secret)
            return (token, sent)
        } catch {
            throw Problem(
                error.disposition == .refused ? .upstreamFailed : .upstreamUnavailable,
                "\(error.detail); nothing was stored", try: error.hint)
        }
    }

    private func entry(_ name: Name) throws(Problem) -> AppEntry { try session.vault.catalog.existingApp(name) }

    private func checkIdentity(of app: App) throws(Problem) {
        do throws(VaultError) { try session.vault.catalog.checkIdentity(of: app) } catch { throw Problem(error) }
    }

    private static func exists(_ name: Name) -> Problem {
        Problem(
            .conflict, "there already is an app '\(name)'",
            try: "choose another name, or see keyturn app show \(name)")
    }

    private func document(_ entry: AppEntry) throws(Problem) -> AppDocument {
        do {
            let endpoints = try entry.app.environment.endpoints()
            return AppDocument(
                name: entry.app.name, generation: entry.credential.generation.number, accountID: entry.app.accountID,
                clientID: entry.app.clientID, marketplaceAppID: entry.app.marketplaceAppID,
                environment: entry.app.environment, tokenURL: endpoints.tokenURL.description,
                apiURL: endpoints.apiURL.description,
                secretFingerprint: entry.fingerprint ?? "",
                secretLength: entry.credential.clientSecret.bytes.count,
                secretCreatedAt: entry.credential.createdAt, createdAt: entry.app.createdAt,
                profile: entry.app.profile, labels: entry.app.labels, policy: PolicyDocument(entry, now: time.now.wall),
                warnings: entry.app.policy.contradictions(of: entry.app.name).map(\.description)
                    + RotationLack.warnings(of: entry))
        } catch {
            throw Problem(.internal, "app '\(entry.app.name)' cannot be shown: \(error)")
        }
    }
}

extension TokenFailure {
    var asIssueFailure: IssueFailure {
        switch self {
        case .refused(let failure, _), .unavailable(let failure, _): failure
        case .noSuchApp(let name): IssueFailure(.refused, cause: .notFound, reason: "there is no app '\(name)'")
        case .tooShort(let left):
            IssueFailure(
                .later(retryAfter: nil), cause: .shortToken, reason: "Zoom's token is valid for only \(left) s")
        }
    }
}
