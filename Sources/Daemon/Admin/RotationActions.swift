import Names
import Rotation
import Scheduling
import SecretMemory
import SocketAPI
import Times
import Tokens
import Vault

/// Rotations for operators.
struct RotationActions {
    let session: VaultGate.Session
    let time: any TimeSource
    let deed: Deed?

    func answer(_ action: AdminRoute.Rotations, _ request: Request) async throws(Problem) -> RenderedResponse {
        if case .rotate(let name) = action { return try await rotate(name, try request.document(RotateRequest.self)) }
        do throws(VaultError) {
            switch action {
            case .rotateDue:
                var taken: [RotationDocument] = []
                for app in await session.scheduler.rotateDue() {
                    guard let last = try await session.vault.rotations(of: app).last else { continue }
                    taken.append(document(last, app))
                }
                return Response(.ok).json(RotationList(rotations: taken))
            case .list:
                let open = session.vault.catalog.apps.compactMap { entry in
                    entry.rotation.map { document($0, entry.app) }
                }
                return Response(.ok).json(RotationList(rotations: open))
            case .history(let name):
                let entry = try entry(name)
                let all = try await session.vault.rotations(of: entry.app)
                return Response(.ok).json(
                    HistoryDocument(
                        appAddedAt: entry.app.createdAt, first: entry.app.first.number,
                        lost: entry.app.floor?.generation.number ?? 0,
                        current: (entry.credential.generation.number, entry.credential.createdAt),
                        rotations: all.map { document($0, entry.app) }))
            case .show(let text):
                let found = try await meant(text)
                return Response(.ok).json(document(found.rotation, found.app))
            case .resume(let text):
                let (found, app) = try await meant(text)
                await session.tokens.forgive(try entry(app.name))
                return Response(.ok).json(
                    document(try await session.rotations.resume(id: found.id, recording: deed?.line(for: app)), app))
            case .abort(let text):
                let (found, app) = try await meant(text)
                try await session.rotations.abort(id: found.id, recording: deed?.line(for: app))
                return Response(.ok).json(
                    document(try await session.vault.rotation(id: found.id).rotation, app))
            case .finish(let text):
                let (found, app) = try await meant(text)
                await session.tokens.forgive(try entry(app.name))
                return Response(.ok).json(
                    document(try await session.rotations.finish(id: found.id, recording: deed?.line(for: app)), app))
            case .finishPlan(let text):
                let (found, app) = try await meant(text)
                let plan = EndingPlans(entry: try entry(app.name), catalog: session.vault.catalog, now: time.now.wall)
                return Response(.ok).json(try plan.finish(found))
            case .nowPlan(let name):
                let entry = try entry(name)
                let calls = try await session.vault.rotations(of: entry.app).last?.allCalls ?? []
                let plan = EndingPlans(entry: entry, catalog: session.vault.catalog, now: time.now.wall)
                return Response(.ok).json(plan.now(after: calls))
            case .rotate(let name), .holders(let name): return Response(.ok).json(HolderList(try entry(name)))
            }
        } catch {
            throw Problem(error)
        }
    }

    private func document(_ rotation: Rotation, _ app: App) -> RotationDocument {
        RotationDocument(rotation, of: app, targets: session.vault.catalog.targets(of: app))
    }

    /// The rotation that is meant by its id, the beginning of one, or the name of its app.
    private func meant(_ text: String) async throws(VaultError) -> (rotation: Rotation, app: App) {
        try await session.vault.rotation(id: try await session.vault.rotationID(meant: text))
    }

    private func rotate(_ name: Name, _ wanted: consuming RotateRequest) async throws(Problem) -> RenderedResponse {
        if let overlap = wanted.overlap { _ = try AppPatchCheck.checkedOverlap(overlap) }
        let overlap = wanted.overlap
        let secret = wanted.secret
        let isIncident = wanted.now
        guard !isIncident || (overlap == nil && secret == nil) else {
            throw Problem(.badRequest, "now goes with neither an overlap nor a secret")
        }
        do throws(VaultError) {
            let known = try entry(name)
            if let secret, secret.bytes.constantTimeEquals(known.credential.clientSecret.bytes) {
                return .refusing(Problem(.conflict, "this is the secret that Keyturn has already"))
            }
            if let secret, let old = known.previous, secret.bytes.constantTimeEquals(old.clientSecret.bytes) {
                return .refusing(
                    Problem(
                        .conflict, "this is the secret of generation \(old.generation), which is about to end",
                        try: "make a new one in the Marketplace, then: keyturn rotate \(name) --manual"))
            }
            // At the operator's word, so that a used-up budget of attempts does not stand in the way.
            await session.tokens.forgive(known)
            if isIncident {
                let rotation = try await session.rotations.rotateNow(
                    name, id: RowID.make(), recording: deed?.line(for: known.app))
                return Response(.created).json(document(rotation, known.app))
            }
            let rotation = try await session.rotations.rotate(
                name, trigger: secret == nil ? .operator : .manual, overlap: overlap, secret: secret,
                id: RowID.make(), recording: deed?.line(for: known.app))
            return Response(.created).json(document(rotation, known.app))
        } catch {
            throw Problem(error)
        }
    }

    private func entry(_ name: Name) throws(VaultError) -> AppEntry {
        guard let entry = session.vault.catalog.app(name) else { throw Vault.noSuchApp(name) }
        return entry
    }
}

extension RotationDocument {
    /// - Parameter targets: the app's push targets.
    init(_ rotation: Rotation, of app: App, targets: [TargetEntry] = []) {
        let hint: String? =
            switch rotation.phase {
            case .held: goingOn(rotation, of: app.name, targets: targets)
            case .refused where rotation.isByHand: "keyturn rotate \(app.name) --manual, to type it again"
            case .refused: "keyturn app verify \(app.name)"
            default: nil
            }
        self.init(
            id: rotation.id, app: app.name, state: rotation.phase.rawValue, trigger: rotation.trigger.rawValue,
            base: rotation.base.number, target: rotation.target.number, plannedAt: rotation.plannedAt,
            due: rotation.due,
            oldSecretDiesAt: rotation.revokeAt, promotedAt: rotation.promotedAt, endedAt: rotation.endedAt,
            calls: rotation.calls.count, reason: rotation.reason, hint: hint)
        attempts = rotation.attempts
        overlap = rotation.overlap
        endsNow = rotation.endsNow
        successor = rotation.successor
        hasEnteredSecret = rotation.entered != nil
    }
}

extension HolderList {
    init(_ entry: AppEntry) {
        self.init(
            app: entry.app.name, generation: entry.credential.generation.number,
            holders: entry.receipts.values.sorted { $0.client < $1.client }.map {
                Holder(
                    client: $0.client, generation: $0.generation.number, at: $0.at, acknowledged: $0.isAcknowledged)
            })
    }
}

extension RotateRequest {
    /// The new secret, with as many owners as it needs.
    fileprivate var secret: SecretBox? {
        switch clientSecret {
        case .some(let bytes): SecretBox(bytes.copy())
        case nil: nil
        }
    }
}
