package import Domain
package import Vault

/// Carries rotations from state to state: executes what a state calls for, commits what follows from it, and goes on
/// until there is something to wait for. One flight per app, however many ask.
package actor RotationEngine {
    let vault: Vault
    let issuer: any SecretIssuer
    let publisher: any SecretPublisher
    let timing: RotationTiming
    let time: any TimeSource
    let started: Moment
    let random: @Sendable (ClosedRange<Int>) -> Int
    let makeID: @Sendable (Rotation) -> String
    let note: @Sendable (RotationEvent) -> Void
    let store: any SpoolStore
    /// For operators: answers that are not in the vault.
    package nonisolated let report = SpoolReport()
    var received = SpoolState()

    /// When the rotations that drain became current, on both clocks, where that was in this process.
    var promotions: [String: Moment] = [:]

    private var flights: [String: Task<Void, Never>] = [:]
    /// Apps at which something happened while their flight was under way.
    private var dirty: Set<String> = []
    private(set) var isStopping = false
    /// Apps whose last commit failed: until when, by the boot clock, nothing of theirs is taken up by itself. What was
    /// asked of Zoom would be asked again at every look, and could be kept no more than the last time.
    private var commitFailures: [String: (count: Int, until: Int)] = [:]
    /// Who asked for a flight and does not wait for what takes its time, by app.
    private var waiters: [String: [CheckedContinuation<Void, Never>]] = [:]
    /// What gives up an attempt at the publisher that is under way, by app.
    var attempts: [String: @Sendable () -> Void] = [:]
    /// Apps of which one step is being done, or one word of the operator's, and whose turn is next, first come first served.
    private var turns: [String: [CheckedContinuation<Bool, Never>]] = [:]

    package init(
        vault: Vault, issuer: any SecretIssuer, publisher: any SecretPublisher = NoPublisher(),
        spool: any SpoolStore = NoSpool(), timing: RotationTiming = RotationTiming(), time: any TimeSource,
        random: @escaping @Sendable (ClosedRange<Int>) -> Int = { .random(in: $0) },
        makeID: @escaping @Sendable (Rotation) -> String = { "\($0.id)-next" },
        note: @escaping @Sendable (RotationEvent) -> Void
    ) {
        self.vault = vault
        self.issuer = issuer
        self.publisher = publisher
        self.store = spool
        self.timing = timing
        self.time = time
        started = time.now
        self.random = random
        self.makeID = makeID
        self.note = note
        // Of every commit, whoever made it.
        vault.catalog.observeRotations { move in
            note(move.isNewPhase ? .moved(move.app, move.rotation) : .waits(move.app, move.rotation))
        }
    }

    // MARK: Carrying on

    /// Carries on the rotation that is under way, wherever it stands, and returns when it waits or is over.
    package func carryOn(_ name: Name) async {
        guard let entry = vault.catalog.app(name), entry.rotation != nil, !isStumbling(entry) else { return }
        await join(name)
    }

    private func isStumbling(_ entry: AppEntry) -> Bool { (commitFailures[entry.app.id]?.until ?? 0) > time.now.boot }

    /// Looks into the spool, where that is due, and takes up the rotations that miss what is there. Returns without
    /// waiting for them.
    package func lookAtSpool() async {
        await lookAtSpoolAgain()
        guard !received.found.isEmpty else { return }
        for entry in vault.catalog.entries
        where entry.rotation.map(misses) ?? false && flights[entry.app.id] == nil && !isStumbling(entry) {
            _ = launch(entry.app.name, entry.app.id)
        }
    }

    /// Carries on a rotation in the phase in which what changed may have been waited for: a client's receipt, while it drains.
    package func lookAgain(_ name: Name, at phase: Rotation.Phase = .draining) {
        guard let entry = vault.catalog.app(name), entry.rotation?.phase == phase else { return }
        // A flight that has counted the holders already must count them once more.
        if flights[entry.app.id] != nil { dirty.insert(entry.app.id) } else { _ = launch(name, entry.app.id) }
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
        for id in received.waiting { flights[id]?.cancel() }
        for giveUp in attempts.values { giveUp() }
        for flight in flights.values { await flight.value }
    }

    /// Returns when nothing is under way.
    package func settle() async {
        while let flight = flights.values.first { await flight.value }
    }

    // MARK: The flight

    /// - Parameter isPatient: whether to wait for a publisher that takes its time.
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

    /// From state to state until one has to wait. A commit that fails leaves the state as it was: it is tried again
    /// when the state is looked at next.
    private func run(_ name: Name) async {
        var isFirst = true
        while !isStopping, !vault.isElsewhere, await readSpool(), let id = vault.catalog.app(name)?.app.id,
            await takeTurn(id)
        {
            let goesOn = await step(name, isFirst: isFirst)
            passTurn(id)
            guard goesOn else { return }
            isFirst = false
        }
    }

    /// - Returns: whether the next one may be due now.
    private func step(_ name: Name, isFirst: Bool) async -> Bool {
        guard let entry = vault.catalog.app(name), let facts = entry.rotation,
            isFirst || (facts.due.map { $0 <= time.now.wall } ?? false)
        else { return false }
        do throws(VaultError) {
            if try await !takeFound(facts, entry.app) { try await step(RotationState(facts), entry) }
        } catch {
            note(.notKept(name, error))
            let count = (commitFailures[entry.app.id]?.count ?? 0) + 1
            commitFailures[entry.app.id] = (count, time.now.boot + timing.commitBackoff(count))
            return false
        }
        commitFailures[entry.app.id] = nil
        guard let after = vault.catalog.app(name)?.rotation else { return false }
        // Nothing was committed: whatever comes next, it is not now.
        return after.id != facts.id || !after.isUnchanged(since: facts)
    }

    // MARK: Turns

    /// Runs a word of the operator's between two steps of the app's flight, so that neither overwrites the other. What is
    /// being published waits for it.
    func between<Value: Sendable>(
        _ app: App, _ body: () async throws(VaultError) -> Value
    ) async throws(VaultError) -> Value {
        attempts[app.id]?()
        guard await takeTurn(app.id) else {
            throw VaultError(
                .busy, "an answer of Zoom's waits for a vault that can be written, and comes first",
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

    /// Sends away who waits for a turn that may not come for long.
    func refuseTurns(_ id: String) {
        let waiting = turns.updateValue([], forKey: id) ?? []
        for turn in waiting { turn.resume(returning: false) }
    }

    func find(id: String, of app: App) async throws(VaultError) -> Rotation {
        guard let found = try await vault.rotations(of: app).first(where: { $0.id == id }) else {
            throw VaultError(.notFound, "the rotation is gone")
        }
        return found
    }
}
