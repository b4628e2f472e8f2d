package import Domain
package import Vault

/// Keeps the apps' access tokens fresh: one request to Zoom however many clients wait; a valid token is served while
/// its successor is fetched; attempts with credentials that Zoom refuses are limited.
package actor TokenKeeper {
    private typealias Outcome = Result<SeenToken, TokenFailure>

    private struct Flight {
        /// The generation of the secret that the token is minted with.
        let generation: Generation
        let task: Task<Outcome, Never>
    }

    private struct Pause {
        var failures = 0
        /// In seconds of the boot clock.
        var until = 0
        var failure: IssueFailure
    }

    /// A token younger than this many seconds is not replaced: Zoom would give nothing better.
    private static let youngest = 30

    private let vault: Vault
    private let issuer: any TokenIssuer
    private let policy: AttemptPolicy
    private let time: any TimeSource
    private let random: @Sendable (ClosedRange<Int>) -> Int
    private let note: @Sendable (TokenEvent) -> Void

    private var flights: [String: Flight] = [:]
    private var pauses: [String: Pause] = [:]

    package init(
        vault: Vault, issuer: any TokenIssuer, policy: AttemptPolicy = AttemptPolicy(), time: any TimeSource,
        random: @escaping @Sendable (ClosedRange<Int>) -> Int = { .random(in: $0) },
        note: @escaping @Sendable (TokenEvent) -> Void
    ) {
        self.vault = vault
        self.issuer = issuer
        self.policy = policy
        self.time = time
        self.random = random
        self.note = note
    }

    /// Returns a token that is valid for at least `minTTL` more seconds.
    package func token(for name: Name, minTTL: Int) async throws(TokenFailure) -> SeenToken {
        guard let entry = vault.catalog.app(name) else { throw .noSuchApp(name) }
        entry.tokenUse.record(time.now)
        switch TokenPolicy.decide(entry.token, minTTL: minTTL, app: entry.app.id, now: time.now) {
        case .serve: break
        case .serveAndRefresh: refreshBehind(entry)
        case .mint: return try await fresh(entry, minTTL: minTTL)
        }
        guard let token = entry.token else { return try await fresh(entry, minTTL: minTTL) }
        return token
    }

    /// Mints a new token on an operator's request. Resets the budget first.
    package func renew(_ name: Name) async throws(TokenFailure) -> SeenToken {
        guard let entry = vault.catalog.app(name) else { throw .noSuchApp(name) }
        await resetBudget(entry)
        guard let current = vault.catalog.app(name) else { throw .noSuchApp(name) }
        return try await run(current).get()
    }

    /// Tries the app's current secret after a client reported a refusal, unless it was tried a moment ago.
    package func recheck(_ name: Name) async {
        guard let entry = vault.catalog.app(name) else { return }
        let isFresh = entry.token.map { isYoung($0) } ?? false
        guard !isFresh, flights[entry.app.id] == nil, gate(entry) == nil else { return }
        _ = await run(entry)
    }

    /// Saves a token that was minted elsewhere, such as to verify the app's credentials.
    package func adopt(_ minted: MintedToken, for name: Name, sent: Moment) async {
        guard let entry = vault.catalog.app(name) else { return }
        _ = await save(minted, of: entry, sent: sent)
    }

    /// Resets the app's budget of attempts.
    package func resetBudget(_ entry: AppEntry) async {
        pauses[entry.app.id] = nil
        guard entry.refusals != nil else { return }
        do { try await vault.save(nil, for: entry.app) } catch { note(.notSaved(entry.app.name, error)) }
    }

    /// Mints a token that no client asked for: ahead of time, or to check whether Zoom accepts the current secret. It
    /// counts against the same budget; the token becomes the app's.
    package func attempt(_ name: Name) async throws(TokenFailure) -> SeenToken {
        guard let known = vault.catalog.app(name) else { throw .noSuchApp(name) }
        // A request that was started with another secret says nothing about this one.
        if let flight = flights[known.app.id], flight.generation != known.credential.generation {
            _ = await flight.task.value
        }
        guard let entry = vault.catalog.app(name) else { throw .noSuchApp(name) }
        if flights[entry.app.id] == nil, let failure = gate(entry) { throw failure }
        return try await run(entry).get()
    }

    /// Starts fetching the successor of a token that is in use and due. Returns at once.
    package func refreshBehind(_ entry: AppEntry) {
        guard flights[entry.app.id] == nil, gate(entry) == nil else { return }
        _ = launch(entry)
    }

    /// Stops all requests. The keeper must not be used afterwards.
    package func shutdown() {
        for flight in flights.values { flight.task.cancel() }
    }

    // MARK: Minting

    private func fresh(_ entry: AppEntry, minTTL: Int) async throws(TokenFailure) -> SeenToken {
        if flights[entry.app.id] == nil {
            if let failure = gate(entry) { throw failure }
            if let token = entry.token, isYoung(token) { throw .tooShort(left: token.secondsLeft(at: time.now)) }
        }
        let token = try await run(entry).get()
        guard token.secondsLeft(at: time.now) >= max(minTTL, 1) else {
            throw .tooShort(left: max(token.secondsLeft(at: time.now), 0))
        }
        return token
    }

    /// Why no attempt may be made now; `nil` if one may.
    private func gate(_ entry: AppEntry) -> TokenFailure? {
        let now = time.now
        if let settled = entry.refusals.flatMap({ policy.settled($0, now: now.wall) }) {
            vault.showUnsaved(settled, for: entry.app)
        }
        if let until = policy.blocked(entry.refusals, generation: entry.credential.generation, now: now.wall) {
            if let passing = entry.refusals, passing.mayPass {
                let failure = IssueFailure(.later(retryAfter: nil), cause: passing.cause, reason: passing.reason)
                return .unavailable(failure, retryAfter: max(until - now.wall, 1))
            }
            let known = IssueFailure(
                .refused, cause: entry.refusals?.cause ?? .refused,
                reason: "\(entry.refusals?.reason ?? "refused"); not tried again until the credentials change",
                hint: "keyturn app verify \(entry.app.name)")
            return .refused(known, nextAttempt: max(until - now.wall, 1))
        }
        if let pause = pauses[entry.app.id], pause.until > now.boot {
            return .unavailable(pause.failure, retryAfter: pause.until - now.boot)
        }
        return nil
    }

    private func isYoung(_ token: SeenToken) -> Bool {
        let age = time.now.boot - token.seen.boot
        return token.minted && age < Self.youngest && token.secondsLeft(at: time.now) > 0
    }

    private func run(_ entry: AppEntry) async -> Outcome {
        await (flights[entry.app.id]?.task ?? launch(entry)).value
    }

    private func launch(_ entry: AppEntry) -> Task<Outcome, Never> {
        let task = Task { await self.mint(entry) }
        flights[entry.app.id] = Flight(generation: entry.credential.generation, task: task)
        return task
    }

    private func mint(_ entry: AppEntry) async -> Outcome {
        defer { flights[entry.app.id] = nil }
        let sent = time.now
        do {
            let minted = try await issuer.mint(for: entry.app, with: entry.credential)
            pauses[entry.app.id] = nil
            return .success(await save(minted, of: entry, sent: sent))
        } catch {
            return .failure(await failed(error, entry))
        }
    }

    /// Saves a token. If the disk is full, the token is still served.
    private func save(_ minted: MintedToken, of entry: AppEntry, sent: Moment) async -> SeenToken {
        let token = Token(
            accessToken: minted.accessToken, tokenType: minted.tokenType, scopes: minted.scopes,
            apiURL: minted.apiURL, generation: entry.credential.generation, issuedAt: sent.wall,
            expiresAt: sent.wall + minted.lifetime)
        let seen = SeenToken(token: token, seen: sent, minted: true)
        do { try await vault.save(seen, for: entry.app) } catch {
            // When the app was removed or has other IDs by now, the token is not shown.
            if error.code != .notFound { vault.showUnsaved(seen, for: entry.app) }
            note(.notSaved(entry.app.name, error))
        }
        note(.minted(entry.app.name, token))
        return seen
    }

    private func failed(_ failure: IssueFailure, _ entry: AppEntry) async -> TokenFailure {
        note(.failed(entry.app.name, failure))
        if failure.isCounted { await count(failure, entry) }
        switch failure.disposition {
        case .refused: return .refused(failure, nextAttempt: nil)
        case .later(let retryAfter):
            let failures = (pauses[entry.app.id]?.failures ?? 0) + 1
            let pause = policy.pause(failures: failures, retryAfter: retryAfter, random: random)
            pauses[entry.app.id] = Pause(failures: failures, until: time.now.boot + pause, failure: failure)
            return .unavailable(failure, retryAfter: pause)
        }
    }

    private func count(_ failure: IssueFailure, _ entry: AppEntry) async {
        let refusals = policy.noted(
            failure, after: vault.catalog.app(entry.app.name)?.refusals,
            generation: entry.credential.generation, now: time.now.wall)
        do { try await vault.save(refusals, for: entry.app) } catch {
            vault.showUnsaved(refusals, for: entry.app)
            note(.notSaved(entry.app.name, error))
        }
    }
}

/// What the keeper did, for the log.
package enum TokenEvent: Sendable {
    case minted(Name, Token)
    case failed(Name, IssueFailure)
    /// Held in memory only, because the vault could not be written.
    case notSaved(Name, VaultError)
}
