package import Names
package import SecretMemory
package import Times
package import Vault

/// Carries rotations from state to state: executes what a state calls for, commits what follows from it, and goes on
/// until there is something to wait for. One flight per app, however many ask.
package actor RotationEngine {
    let vault: Vault
    let issuer: any SecretIssuer
    let publisher: any SecretPublisher
    let timing: RotationTiming
    let time: any TimeSource
    let random: @Sendable (ClosedRange<Int>) -> Int
    let note: @Sendable (RotationEvent) -> Void
    let store: any EscrowStore
    /// For operators: answers that are not in the vault.
    package nonisolated let report = EscrowReport()
    var escrowed = EscrowState()

    private var flights: [String: Task<Void, Never>] = [:]
    /// Apps at which something happened while their flight was under way.
    private var again: Set<String> = []
    private(set) var isStopping = false
    /// Apps whose last commit failed: until when, by the boot clock, nothing of theirs is taken up by itself. What was
    /// asked of Zoom would be asked again at every look, and could be kept no more than the last time.
    private var stumbles: [String: (count: Int, until: Int)] = [:]
    /// Who asked for a flight and does not wait for what takes its time, by app.
    private var impatient: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// What gives up an attempt at the publisher that is under way, by app.
    var attempts: [String: @Sendable () -> Void] = [:]

    package init(
        vault: Vault, issuer: any SecretIssuer, publisher: any SecretPublisher = NoPublisher(),
        escrow: any EscrowStore = NoEscrow(), timing: RotationTiming = RotationTiming(), time: any TimeSource,
        random: @escaping @Sendable (ClosedRange<Int>) -> Int = { .random(in: $0) },
        note: @escaping @Sendable (RotationEvent) -> Void
    ) {
        self.vault = vault
        self.issuer = issuer
        self.publisher = publisher
        self.store = escrow
        self.timing = timing
        self.time = time
        self.random = random
        self.note = note
        // Of every commit, whoever made it.
        vault.catalog.observeRotations { move in
            note(move.isNewPhase ? .moved(move.app, move.rotation) : .waits(move.app, move.rotation))
        }
    }

    // MARK: What operators and the scheduler ask for

    /// Begins a rotation and carries it as far as it goes without waiting for a time to come, or for a slow publisher.
    /// - Parameter secret: the new secret, when the operator made it in the Marketplace. Zoom keeps the old one for as long
    ///   there as through its API, it is said. [assumed]
    /// - Parameter line: who asked for it, for the audit log.
    package func rotate(
        _ name: Name, trigger: Rotation.Trigger, overlap: Int?, secret: SecretBox? = nil, id: String,
        recording line: RotationLine? = nil
    ) async throws(VaultError) -> Rotation {
        guard let entry = vault.catalog.app(name) else { throw Vault.noSuchApp(name) }
        guard !vault.isElsewhere else { throw Vault.elsewhere }
        let now = time.now.wall
        let oldDiesBy = timing.revokeAt(now)
        if let open = entry.rotation {
            // A secret made by hand settles what waits for the operator; anything else has its own course.
            guard let secret, let state = RotationState(open).accepting(secret, oldDiesBy: oldDiesBy, at: now) else {
                throw Vault.busy(name, open)
            }
            try await vault.advance(state.facts, of: entry.app, recording: line)
        } else {
            var planned = Rotation.planned(
                id: id, app: entry.app, base: entry.credential.generation, trigger: trigger,
                overlap: overlap ?? entry.app.policy.overlap, at: now)
            if let last = try await vault.rotations(of: entry.app).last {
                planned.otherCalls = last.allCalls.filter { now - $0 < timing.throttleWindow }
            }
            if let secret, let state = RotationState(planned).accepting(secret, oldDiesBy: oldDiesBy, at: now) {
                try await vault.begin(state.facts, of: entry.app, recording: line)
            } else {
                try await vault.begin(planned, of: entry.app, recording: line)
            }
        }
        await drive(entry.app.name, isPatient: false)
        // A rotation that was under way before keeps its own id, and may be over by now.
        return try await find(id: entry.rotation?.id ?? id, of: entry.app)
    }

    /// Lets a held rotation go on, or one that waits try at once.
    package func resume(id: String, recording line: RotationLine? = nil) async throws(VaultError) -> Rotation {
        let (entry, open) = try await openRotation(id)
        let name = entry.app.name
        var facts = open
        if case .held(let held) = RotationState(open) {
            facts = held.resume(at: time.now.wall).facts
        } else {
            facts.due = time.now.wall
        }
        try await vault.advance(facts, of: entry.app, recording: line)
        await drive(name, isPatient: false)
        return try await find(id: open.id, of: entry.app)
    }

    /// Ends a rotation that has changed nothing yet. Any other cannot be undone, only carried to its end.
    package func abort(id: String, recording line: RotationLine? = nil) async throws(VaultError) {
        let (entry, open) = try await openRotation(id)
        guard flights[entry.app.id] == nil, case .planned(let planned) = RotationState(open) else {
            throw VaultError(
                .busy, "the rotation is in state \(open.phase.rawValue): Zoom may have a new secret, so it must go on",
                hint: "keyturn rotation resume \(open.id)")
        }
        try await vault.advance(
            planned.abort(at: time.now.wall, reason: "stopped by the operator").facts, of: entry.app,
            recording: line)
    }

    /// The rotation of this very id, if it is under way.
    private func openRotation(_ id: String) async throws(VaultError) -> (AppEntry, Rotation) {
        guard !vault.isElsewhere else { throw Vault.elsewhere }
        let (rotation, app) = try await vault.rotation(id: id)
        guard let entry = vault.catalog.app(app.name), let open = entry.rotation, open.id == id else {
            throw VaultError(
                .ended, "this rotation is over: it ended in state \(rotation.phase.rawValue)",
                hint: "keyturn history \(app.name)")
        }
        return (entry, open)
    }

    /// Carries on the rotation that is under way, wherever it stands, and returns when it waits or is over.
    package func carryOn(_ name: Name) async {
        guard let entry = vault.catalog.app(name), entry.rotation != nil, !isStumbling(entry) else { return }
        await drive(name)
    }

    private func isStumbling(_ entry: AppEntry) -> Bool { (stumbles[entry.app.id]?.until ?? 0) > time.now.boot }

    /// Looks into the escrow, where that is due, and takes up the rotations that miss what is there. Returns without
    /// waiting for them.
    package func lookAtEscrow() async {
        await lookAtEscrowAgain()
        guard !escrowed.found.isEmpty else { return }
        for entry in vault.catalog.entries
        where entry.rotation.map(misses) ?? false && flights[entry.app.id] == nil && !isStumbling(entry) {
            _ = launch(entry.app.name, entry.app.id)
        }
    }

    /// Carries on a rotation in the phase in which what changed may have been waited for: a client's receipt, while it drains.
    package func lookAgain(_ name: Name, at phase: Rotation.Phase = .draining) {
        guard let entry = vault.catalog.app(name), entry.rotation?.phase == phase else { return }
        // A flight that has counted the holders already must count them once more.
        if flights[entry.app.id] != nil { again.insert(entry.app.id) } else { _ = launch(name, entry.app.id) }
    }

    /// As ``lookAgain(_:at:)``, when something is another at a push target of the app's.
    package func lookAgain(atTargetsOf name: Name) {
        lookAgain(name, at: .current)
        lookAgain(name)
    }

    /// As ``lookAgain(_:)`` for every app whose clients have all moved: to be called at a start, since a receipt may have
    /// been the last thing that an earlier process kept.
    package func lookAtReceipts() {
        for entry in vault.catalog.entries where entry.rotation?.phase == .draining {
            if vault.catalog.holders(of: entry).isEmpty { lookAgain(entry.app.name) }
        }
    }

    /// Takes up nothing new, and returns when no answer of Zoom's is in memory alone. Does not wait for publishers: what
    /// is not confirmed is published again after the next start.
    package func stop() async {
        isStopping = true
        for id in escrowed.waiting { flights[id]?.cancel() }
        for giveUp in attempts.values { giveUp() }
        for flight in flights.values { await flight.value }
    }

    /// Returns when nothing is under way.
    package func settle() async {
        while let flight = flights.values.first { await flight.value }
    }

    // MARK: The flight

    /// - Parameter isPatient: whether to wait for a publisher that takes its time.
    private func drive(_ name: Name, isPatient: Bool = true) async {
        guard let id = vault.catalog.app(name)?.app.id else { return }
        let flight = flights[id] ?? launch(name, id)
        if isPatient { return await flight.value }
        await withCheckedContinuation { impatient[id, default: []].append($0) }
    }

    func letGo(_ id: String) {
        for waiting in impatient.removeValue(forKey: id) ?? [] { waiting.resume() }
    }

    private func launch(_ name: Name, _ id: String) -> Task<Void, Never> {
        let flight = Task {
            repeat { await self.fly(name) } while self.again.remove(id) != nil
            self.flights[id] = nil
            self.letGo(id)
        }
        flights[id] = flight
        return flight
    }

    /// From state to state until one has to wait. A commit that fails leaves the state as it was: it is tried again
    /// when the state is looked at next.
    private func fly(_ name: Name) async {
        var isFirst = true
        while !isStopping, !vault.isElsewhere, await readEscrow(), let entry = vault.catalog.app(name),
            let facts = entry.rotation
        {
            let now = time.now.wall
            guard isFirst || (facts.due.map { $0 <= now } ?? false) else { return }
            do throws(VaultError) {
                if try await !takeFound(facts, entry.app) { try await step(RotationState(facts), entry) }
            } catch {
                note(.notKept(name, error))
                let count = (stumbles[entry.app.id]?.count ?? 0) + 1
                stumbles[entry.app.id] = (count, time.now.boot + timing.stumble(count))
                return
            }
            stumbles[entry.app.id] = nil
            isFirst = false
            // Nothing was committed: whatever comes next, it is not now.
            guard let after = vault.catalog.app(name)?.rotation, !after.isUnchanged(since: facts) else { return }
        }
    }

    private func find(id: String, of app: App) async throws(VaultError) -> Rotation {
        guard let found = try await vault.rotations(of: app).first(where: { $0.id == id }) else {
            throw VaultError(.notFound, "the rotation is gone")
        }
        return found
    }
}
