package import Domain
package import Vault

/// Moves rotations from state to state: does the work of a state, commits its result, and continues until it must wait.
/// There is one flight per app, however many callers there are.
package actor RotationEngine {
    let vault: Vault
    let issuer: any SecretIssuer
    let prover: any SecretProver
    let publisher: any SecretPublisher
    /// Why no client could fetch a new secret now; `nil` when clients are served.
    package nonisolated let unserved: @Sendable () -> String?
    let timing: RotationTiming
    let time: any TimeSource
    let random: @Sendable (ClosedRange<Int>) -> Int
    let makeID: @Sendable (Rotation) -> String
    let makeCallID: @Sendable () -> String
    let note: @Sendable (RotationEvent) -> Void
    /// For operators: the answers that are not in the vault.
    package nonisolated let report = SpoolReport()
    package nonisolated let failedCommits = FailedCommits()
    let spool: AnswerSpool
    var promotions: PromotionTimes

    private var flights: [String: Task<Void, Never>] = [:]
    /// Apps with a change during their flight.
    private var dirty: Set<String> = []
    private(set) var isStopping = false
    /// Apps whose last commit failed: no work starts automatically before this time of the boot clock. Otherwise each
    /// tick would repeat the requests to Zoom, without being able to store the answers.
    private var commitFailures: [String: (count: Int, until: Int)] = [:]
    /// Callers that started a flight and do not wait for its slow parts, by app.
    private var waiters: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// Cancels the running attempt at the publisher, by app.
    private var attempts: [String: @Sendable () -> Void] = [:]
    /// Callers waiting for their turn with an app while a step or an operator's request is in progress, in order of
    /// arrival.
    private var turns: [String: [CheckedContinuation<Bool, Never>]] = [:]

    /// - Parameter prover: verifies secrets; by default the issuer does.
    package init(
        vault: Vault, issuer: any SecretIssuer, prover: (any SecretProver)? = nil,
        publisher: any SecretPublisher = NoPublisher(),
        spool: any SpoolStore = NoSpool(), unserved: @escaping @Sendable () -> String? = { nil },
        timing: RotationTiming = RotationTiming(), time: any TimeSource,
        random: @escaping @Sendable (ClosedRange<Int>) -> Int = { .random(in: $0) },
        makeID: @escaping @Sendable (Rotation) -> String = { "\($0.id)-next" },
        makeCallID: @escaping @Sendable () -> String = { "call-\(UInt64.random(in: .min ... .max))" },
        note: @escaping @Sendable (RotationEvent) -> Void
    ) {
        self.vault = vault
        self.issuer = issuer
        self.prover = prover ?? issuer
        self.publisher = publisher
        self.timing = timing
        self.unserved = unserved
        self.time = time
        promotions = PromotionTimes(started: time.now)
        self.random = random
        self.makeID = makeID
        self.makeCallID = makeCallID
        self.note = note
        self.spool = AnswerSpool(spool, vault: vault, issuer: issuer, time: time, report: report, note: note)
        // For every commit, whatever caused it.
        vault.catalog.observeRotations { move in
            note(move.isNewPhase ? .moved(move.app, move.rotation) : .waits(move.app, move.rotation))
        }
    }

    // MARK: Continuing

    /// Continues the running rotation from any state, and returns when it waits or has ended.
    package func carryOn(_ name: Name) async {
        guard let entry = vault.catalog.app(name), entry.rotation != nil, !isStumbling(entry) else { return }
        await join(name)
    }

    private func isStumbling(_ entry: AppEntry) -> Bool { (commitFailures[entry.app.id]?.until ?? 0) > time.now.boot }

    /// Reads the spool if that is due, and continues the rotations that lack an answer found there. Returns without
    /// waiting for them.
    package func lookAtSpool() async {
        await spool.readAgain()
        guard !spool.isEmpty else { return }
        for entry in vault.catalog.entries
        where flights[entry.app.id] == nil && !isStumbling(entry) {
            guard let rotation = entry.rotation, spool.has(for: rotation, of: entry) else { continue }
            _ = launch(entry.app.name, entry.app.id)
        }
    }

    /// Continues a rotation in the phase that may have waited for the change, such as a client's receipt while it drains.
    package func lookAgain(_ name: Name, at phase: RotationPhase = .draining) {
        guard let entry = vault.catalog.app(name), entry.rotation?.phase == phase else { return }
        // A flight that has already counted the holders must count them again.
        if flights[entry.app.id] != nil { dirty.insert(entry.app.id) } else { _ = launch(name, entry.app.id) }
    }

    /// Like ``lookAgain(_:at:)`` for every app whose clients have all moved. Call it at a start, since a receipt may have
    /// been the last commit of an earlier process.
    package func lookAtReceipts() {
        for entry in vault.catalog.entries where entry.rotation?.phase == .draining {
            if vault.catalog.holders(of: entry).isEmpty { lookAgain(entry.app.name) }
        }
    }

    /// Starts nothing new, and returns when no answer of Zoom is only in memory. Does not wait for publishers: what is
    /// not confirmed is published again after the next start.
    package func stop() async {
        isStopping = true
        for id in spool.waiting { flights[id]?.cancel() }
        for giveUp in attempts.values { giveUp() }
        for flight in flights.values { await flight.value }
    }

    /// Returns when no flight is running.
    package func settle() async {
        while let flight = flights.values.first { await flight.value }
    }

    // MARK: The flight

    /// - Parameter isPatient: whether to wait for a slow publisher.
    func join(_ name: Name, isPatient: Bool = true) async {
        guard let id = vault.catalog.app(name)?.app.id else { return }
        let flight = flights[id] ?? launch(name, id)
        if isPatient { return await flight.value }
        await withCheckedContinuation { waiters[id, default: []].append($0) }
    }

    func resumeWaiters(_ id: String) {
        for waiting in waiters.removeValue(forKey: id) ?? [] { waiting.resume() }
    }

    private func launch(_ name: Name, _ id: String) -> Task<Void, Never> {
        let flight = Task {
            repeat { await self.run(name) } while self.dirty.remove(id) != nil
            self.flights[id] = nil
            self.resumeWaiters(id)
        }
        flights[id] = flight
        return flight
    }

    /// Moves from state to state until one must wait. A failed commit leaves the state unchanged; the next call tries
    /// again.
    private func run(_ name: Name) async {
        var isFirst = true
        while !isStopping, !vault.isOwnedElsewhere, await spool.read(), let id = vault.catalog.app(name)?.app.id,
            await takeTurn(id)
        {
            let goesOn = await step(name, isFirst: isFirst)
            passTurn(id)
            guard goesOn else { return }
            isFirst = false
        }
    }

    /// - Returns: whether the next step may be due now.
    private func step(_ name: Name, isFirst: Bool) async -> Bool {
        guard let entry = vault.catalog.app(name), let facts = entry.rotation,
            isFirst || (facts.due.map { $0 <= time.now.wall } ?? false)
        else { return false }
        do throws(VaultError) {
            if try await !takeFound(facts, entry) { try await step(RotationState(facts), entry) }
        } catch {
            note(.notSaved(name, error))
            let count = (commitFailures[entry.app.id]?.count ?? 0) + 1
            let pause = timing.commitBackoff(count)
            commitFailures[entry.app.id] = (count, time.now.boot + pause)
            failedCommits.record(error, of: entry.app, next: time.now.wall + pause)
            return false
        }
        commitFailures[entry.app.id] = nil
        failedCommits.forget(entry.app)
        guard let after = vault.catalog.app(name)?.rotation else { return false }
        // Nothing was committed, so the next step is not due now.
        return after.id != facts.id || !after.isUnchanged(since: facts)
    }

    // MARK: Turns

    /// Runs an operator's request between two steps of the app's flight, so that neither overwrites the other. Publishing
    /// that is in progress waits for it.
    func between<Value: Sendable>(
        _ app: App, _ body: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        attempts[app.id]?()
        guard await takeTurn(app.id) else {
            throw VaultError(
                .busy, "an answer of Zoom must first be stored, once the vault can be written",
                hint: "keyturn status")
        }
        defer { passTurn(app.id) }
        return try await body()
    }

    private func takeTurn(_ id: String) async -> Bool {
        guard turns[id] != nil else {
            turns[id] = []
            return true
        }
        return await withCheckedContinuation { turns[id, default: []].append($0) }
    }

    private func passTurn(_ id: String) {
        guard let waiting = turns[id], !waiting.isEmpty else { return turns[id] = nil }
        turns[id]?.removeFirst().resume(returning: true)
    }

    /// Refuses callers whose turn may not come for a long time.
    func refuseTurns(_ id: String) {
        let waiting = turns.updateValue([], forKey: id) ?? []
        for turn in waiting { turn.resume(returning: false) }
    }

    // MARK: Attempts at the publisher

    /// Makes one attempt within its time limit. An operator's request for the app ends it early.
    func attempt<Outcome: Sendable>(
        _ entry: AppEntry, _ limit: Int, late: Outcome, stopped: Outcome,
        _ body: @escaping @Sendable () async -> Outcome
    ) async -> Outcome {
        let attempt = Attempt(limit: limit, late: late, body)
        attempts[entry.app.id] = { attempt.finish(stopped) }
        // The new secret is already served, so callers that requested it need not wait for a slow console.
        let patience = Task {
            try? await Task.sleep(for: .seconds(timing.publishPatience))
            if !Task.isCancelled { self.resumeWaiters(entry.app.id) }
        }
        defer {
            attempts[entry.app.id] = nil
            patience.cancel()
        }
        return await attempt.outcome
    }
}
