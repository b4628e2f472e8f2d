import Domain
import Health
import Maintenance
import Rotation
import Scheduling
import SecretMemory
import SocketAPI
import Tokens
import Vault

/// Operators' requests about rotations.
struct RotationActions {
    let session: VaultController.Session
    let time: any TimeSource
    let audited: AuditedAction?

    func rotateDue() async throws(Problem) -> RotationList {
        var taken: [RotationDocument] = []
        for app in await session.scheduler.rotateDue() {
            guard let last = try await all(of: app).last else { continue }
            taken.append(document(last, app))
        }
        return RotationList(rotations: taken)
    }

    func list() -> RotationList {
        RotationList(
            rotations: session.vault.catalog.apps.compactMap { entry in
                entry.rotation.map { document($0, entry.app) }
            })
    }

    func history(_ name: Name) async throws(Problem) -> HistoryDocument {
        let entry = try entry(name)
        return HistoryDocument(
            appAddedAt: entry.app.createdAt, first: entry.app.first.number,
            lost: entry.app.floor?.generation.number ?? 0,
            current: (entry.credential.generation.number, entry.credential.createdAt),
            rotations: try await all(of: entry.app).map { document($0, entry.app) })
    }

    func holders(_ name: Name) throws(Problem) -> HolderList { HolderList(try entry(name)) }

    func show(_ text: String) async throws(Problem) -> RotationDocument {
        let (found, app) = try await meant(text)
        return document(found, app)
    }

    func resume(_ text: String) async throws(Problem) -> RotationDocument {
        let (found, app) = try await meant(text)
        await session.tokens.resetBudget(try entry(app.name))
        return try await asProblem { () throws(VaultError) in
            document(try await session.rotations.resume(id: found.id, recording: audited?.line(for: app)), app)
        }
    }

    func abort(_ text: String) async throws(Problem) -> RotationDocument {
        let (found, app) = try await meant(text)
        return try await asProblem { () throws(VaultError) in
            try await session.rotations.abort(id: found.id, recording: audited?.line(for: app))
            return document(try await session.vault.rotation(id: found.id).rotation, app)
        }
    }

    func finish(_ text: String) async throws(Problem) -> RotationDocument {
        let (found, app) = try await meant(text)
        await session.tokens.resetBudget(try entry(app.name))
        return try await asProblem { () throws(VaultError) in
            document(try await session.rotations.finish(id: found.id, recording: audited?.line(for: app)), app)
        }
    }

    /// The consequences of finishing the rotation now.
    func planFinish(_ text: String) async throws(Problem) -> EndingPlan {
        let (found, app) = try await meant(text)
        let plans = EndingPlans(entry: try entry(app.name), catalog: session.vault.catalog, now: time.now.wall)
        do throws(VaultError) { return try plans.finish(found) } catch { throw Problem(error) }
    }

    /// The consequences of an emergency rotation.
    func planNow(_ name: Name) async throws(Problem) -> EndingPlan {
        let entry = try entry(name)
        let calls = try await all(of: entry.app).last?.allCalls ?? []
        return EndingPlans(entry: entry, catalog: session.vault.catalog, now: time.now.wall).now(after: calls)
    }

    private func all(of app: App) async throws(Problem) -> [Rotation] {
        try await asProblem { () throws(VaultError) in try await session.vault.rotations(of: app) }
    }

    private func document(_ rotation: Rotation, _ app: App) -> RotationDocument {
        RotationDocument(
            rotation, of: app, targets: session.vault.catalog.targets(of: app),
            unsaved: session.rotations.failedCommits[app.id], clock: session.zoom.clock.difference)
    }

    /// The rotation that `text` refers to: by ID, by a unique beginning of one, or by its app's name.
    private func meant(_ text: String) async throws(Problem) -> (rotation: Rotation, app: App) {
        try await asProblem { () throws(VaultError) in
            try await session.vault.rotation(id: try await session.vault.rotationID(meant: text))
        }
    }

    func rotate(_ name: Name, _ wanted: consuming RotateRequest) async throws(Problem) -> RotationDocument {
        if let overlap = wanted.overlap { _ = try AppPatchCheck.checkedOverlap(overlap) }
        let overlap = wanted.overlap
        let secret = wanted.secret
        let isIncident = wanted.now
        guard !isIncident || (overlap == nil && secret == nil) else {
            throw Problem(.badRequest, "now cannot be combined with an overlap or a secret")
        }
        let known = try entry(name)
        if let secret, secret.bytes.constantTimeEquals(known.credential.clientSecret.bytes) {
            throw Problem(.conflict, "Keyturn already has this secret")
        }
        if let secret, let old = known.previous, secret.bytes.constantTimeEquals(old.clientSecret.bytes) {
            throw Problem(
                .conflict, "this is the secret of generation \(old.generation), which is about to be revoked",
                try: "generate a new one in the Marketplace, then: keyturn rotate \(name) --manual")
        }
        // An operator's request resets the budget of attempts first.
        await session.tokens.resetBudget(known)
        let line = audited?.line(for: known.app)
        return try await asProblem { () throws(VaultError) in
            let rotation =
                isIncident
                ? try await session.rotations.rotateNow(name, id: RowID.make(), recording: line)
                : try await session.rotations.rotate(
                    name, trigger: secret == nil ? .operator : .manual, overlap: overlap, secret: secret,
                    id: RowID.make(), recording: line)
            return document(rotation, known.app)
        }
    }

    private func entry(_ name: Name) throws(Problem) -> AppEntry { try session.vault.catalog.existingApp(name) }
}

extension RotationDocument {
    /// - Parameters:
    ///   - targets: the app's push targets.
    ///   - unsaved: why its last step is not in the vault.
    ///   - clock: how far this host's clock is from Zoom's, where that is too far.
    init(
        _ rotation: Rotation, of app: App, targets: [TargetEntry] = [], unsaved: FailedCommits.Failure? = nil,
        clock: ZoomClock.Difference? = nil
    ) {
        let unsaved = rotation.phase.isFinal ? nil : unsaved
        let hint: String? =
            switch rotation.phase {
            case _ where unsaved != nil: unsaved?.error.hint
            case .blocked: rotation.resumeHint(of: app.name, targets: targets)
            case .refused where rotation.isByHand: "keyturn rotate \(app.name) --manual, to enter it again"
            case .refused where clock?.preventsRotation ?? false:
                "timedatectl set-ntp true, then keyturn rotate \(app.name)"
            case .refused: "keyturn app verify \(app.name)"
            case .draining where rotation.isEndIgnored: rotation.ignoredEndHint(of: app.name)
            default: nil
            }
        self.init(
            id: rotation.id, app: app.name, state: rotation.phase, trigger: rotation.trigger,
            base: rotation.base.number, target: rotation.target.number, plannedAt: rotation.plannedAt,
            due: unsaved?.due ?? rotation.due,
            oldSecretExpiresAt: rotation.oldExpires, promotedAt: rotation.promotedAt, endedAt: rotation.endedAt,
            calls: rotation.calls.count,
            reason: unsaved.map { "its next step cannot be saved: \($0.error.detail)" } ?? rotation.reason,
            hint: hint)
        trackingID = unsaved == nil ? rotation.trackingID : nil
        attempts = rotation.attempts
        overlap = rotation.overlap
        endsNow = rotation.endsNow
        successor = rotation.successor
        hasEnteredSecret = rotation.entered != nil
        isEndSet = rotation.phase == .draining && rotation.ending?.isConfirmed ?? false
    }
}

extension HolderList {
    init(_ entry: AppEntry) {
        self.init(
            app: entry.app.name, generation: entry.credential.generation.number,
            holders: entry.receipts.values.sorted { $0.holder < $1.holder }.map {
                Holder(
                    node: $0.holder.node, client: $0.holder.client, generation: $0.generation.number,
                    isCurrent: entry.isCurrent($0), at: $0.at, isAcknowledged: $0.isAcknowledged)
            })
    }
}

extension RotateRequest {
    /// The new secret, with shared ownership.
    fileprivate var secret: SecretBox? {
        switch clientSecret {
        case .some(let bytes): SecretBox(bytes.copy())
        case nil: nil
        }
    }
}
