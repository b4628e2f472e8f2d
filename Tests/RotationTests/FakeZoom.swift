import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Vault

/// Zoom, as far as a rotation sees it, with the troubles that it can make. Time is the test's.
final class FakeZoom: SecretIssuer {
    enum Response: CaseIterable { case delivered, lost, cutBehindSecret, cutBeforeSecret, failedAfter, droppedBefore }
    /// Zoom does what it is asked, or does it and the answer is lost, or is not reached, or reached too late, or only says
    /// that it does it.
    enum End { case done, lost, droppedBefore, late, keptAnyway }
    enum SecondNew: CaseIterable { case replaces, adds, refuses, endsTheOld }

    struct Manners {
        /// What becomes of the answers to `new`, one after the other; the last stands for all further ones.
        var responses: [Response] = [.delivered]
        var secondNew = SecondNew.replaces
        /// Whether an update ends the newest old secret, and not the one that the last `new` replaced.
        var updateMovesNewest = false
        /// After how many updates their answer names the secret that they end, and not the one that the last `new` made.
        var endsNamedByNew = Int.max
        /// Seconds until a new secret works.
        var propagation = 0
        /// What comes of the first calls to make and to end a secret, for which Zoom is certainly not asked.
        var unasked: [MakeOutcome] = []
        var unaskedEnds: [EndOutcome] = []
        /// What becomes of the calls after those that end a secret; the further ones are done.
        var ends: [End] = []
    }

    private struct Secret {
        let text: String
        let worksFrom: Timestamp
        var diesAt: Timestamp?
    }

    private struct State {
        var secrets: [Secret]
        var made = 0
        var ends = 0
        /// The secret that the last `new` replaced.
        var scheduled: String?
        /// The secret that it made.
        var scheduler: String?
        var calls: [Timestamp] = []
        var unasked = 0
        var endAttempts = 0
    }

    private let state: Mutex<State>
    private let manners: Manners
    private let time: ManualTime
    let fate: Fate

    init(secret: String, manners: Manners, time: ManualTime, fate: Fate) {
        state = Mutex(State(secrets: [Secret(text: secret, worksFrom: time.now.wall)]))
        self.manners = manners
        self.time = time
        self.fate = fate
    }

    /// The same Zoom for the next process.
    convenience init(_ other: FakeZoom, fate: Fate) {
        self.init(secret: "", manners: other.manners, time: other.time, fate: fate)
        let taken = other.state.withLock { $0 }
        state.withLock { $0 = taken }
    }

    /// Somebody makes a new secret in the Marketplace: Zoom counts no call, and the schedule of the last `new` stays.
    func regenerate(keeping old: String, until: Timestamp) {
        state.withLock { state in
            state.made += 1
            for index in state.secrets.indices where state.secrets[index].text == old {
                state.secrets[index].diesAt = until
            }
            state.secrets.append(
                Secret(text: "new-\(state.made)", worksFrom: time.now.wall + manners.propagation))
        }
    }

    /// Zoom accepts the secret no more.
    func revoke(_ secret: String) {
        state.withLock { state in
            for index in state.secrets.indices where state.secrets[index].text == secret {
                state.secrets[index].diesAt = time.now.wall
            }
        }
    }

    /// A rotation asked for a new secret, before the test begins.
    func rotated(keeping old: String, until: Timestamp) { _ = make(old, until) }

    func accepts(_ secret: String) -> Bool {
        let now = time.now.wall
        return state.withLock { state in
            state.secrets.contains { $0.text == secret && $0.worksFrom <= now && ($0.diesAt.map { $0 > now } ?? true) }
        }
    }

    /// How many secrets were asked for.
    var made: Int { state.withLock { $0.made } }

    /// How many times it was asked to end an old secret.
    var ends: Int { state.withLock { $0.ends } }

    /// The most calls of `new` and `update` that came within 15 minutes.
    var densestCalls: Int {
        let calls = state.withLock { $0.calls }
        return calls.map { call in calls.filter { $0 >= call && $0 - call < 900 }.count }.max() ?? 0
    }

    func prove(_ secret: SecretBox, of app: App) async -> Proof {
        guard fate.pass() else { return .later(retryAfter: nil, reason: "dead") }
        let answer = accepts(secret.text) ? Proof.accepted : .refused(reason: "invalid_client")
        guard fate.pass() else { return .later(retryAfter: nil, reason: "dead") }
        return answer
    }

    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        guard fate.pass() else { return .later(retryAfter: nil, reason: "dead") }
        guard accepts(current.text) else { return .never(reason: "invalid_client") }
        return .minted(
            CallToken(
                accessToken: SecretBox("token " + current.text), apiURL: "https://zoom.example", grant: "client",
                expires: time.now.wall + 3600))
    }

    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        guard fate.pass() else { return .unknown(reason: "dead", partial: nil) }
        let current = Self.current(token)
        let unasked = state.withLock { state in
            defer { state.unasked += 1 }
            return state.unasked < manners.unasked.count ? manners.unasked[state.unasked] : nil
        }
        let outcome = unasked ?? make(current, revokeAt)
        guard fate.pass() else { return .unknown(reason: "dead", partial: nil) }
        return outcome
    }

    private func make(_ current: String, _ revokeAt: Timestamp) -> MakeOutcome {
        let now = time.now.wall
        guard accepts(current) else { return .never(reason: "invalid access token") }
        return state.withLock { state in
            let response = manners.responses[min(state.made, manners.responses.count - 1)]
            if response == .droppedBefore {
                state.made += 1
                return .unknown(reason: "dropped", partial: nil)
            }
            guard state.calls.filter({ now - $0 < 900 }).count < 3 else {
                return .notNow(retryAfter: nil, reason: "2000")
            }
            let pending = state.secrets.filter { $0.text != current && $0.diesAt == nil }
            if !pending.isEmpty, manners.secondNew == .refuses { return .never(reason: "2001") }
            if !pending.isEmpty, manners.secondNew == .replaces { state.secrets.removeAll { $0.text != current } }
            state.calls.append(now)
            state.made += 1
            state.scheduled = current
            for index in state.secrets.indices where state.secrets[index].text == current {
                let isSecond = !pending.isEmpty
                state.secrets[index].diesAt = isSecond && manners.secondNew == .endsTheOld ? now : revokeAt
            }
            let new = "new-\(state.made)"
            state.scheduler = new
            state.secrets.append(Secret(text: new, worksFrom: now + manners.propagation))
            switch response {
            case .delivered: return .answered(SecretBox("<\(new)>"))
            case .cutBehindSecret: return .unknown(reason: "cut", partial: SecretBox("<\(new)>"))
            case .cutBeforeSecret: return .unknown(reason: "cut", partial: SecretBox("<ne"))
            case .lost, .failedAfter, .droppedBefore: return .unknown(reason: "lost", partial: nil)
            }
        }
    }

    func read(_ answer: SecretBox) -> IssuedSecret? {
        let text = answer.text
        guard text.hasPrefix("<"), text.hasSuffix(">") else { return nil }
        let secret = String(text.dropFirst().dropLast())
        return IssuedSecret(SecretBox(secret), id: secret)
    }

    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        guard fate.pass() else { return .unknown(reason: "dead") }
        let outcome = state.withLock { self.end(&$0, at: end) }
        guard fate.pass() else { return .unknown(reason: "dead") }
        return outcome
    }

    private func end(_ state: inout State, at end: Timestamp) -> EndOutcome {
        let now = time.now.wall
        defer { state.endAttempts += 1 }
        if state.endAttempts < manners.unaskedEnds.count { return manners.unaskedEnds[state.endAttempts] }
        let turn = state.endAttempts - manners.unaskedEnds.count
        let fate = turn < manners.ends.count ? manners.ends[turn] : .done
        state.ends += 1
        if fate == .droppedBefore { return .unknown(reason: "dropped") }
        guard end >= now, fate != .late else { return .late(reason: "2001") }
        guard state.calls.filter({ now - $0 < 900 }).count < 3 else {
            return .later(retryAfter: nil, reason: "2000")
        }
        let found = state.secrets.lastIndex {
            ($0.diesAt.map { $0 > now } ?? false) && (manners.updateMovesNewest || $0.text == state.scheduled)
        }
        guard let found else { return .gone }
        state.calls.append(now)
        if fate != .keptAnyway { state.secrets[found].diesAt = end }
        let owner =
            state.ends > manners.endsNamedByNew
            ? state.secrets[found].text : manners.updateMovesNewest ? state.secrets.last?.text : state.scheduler
        return fate == .lost ? .unknown(reason: "lost") : .set(secretID: owner)
    }

    private static func current(_ token: CallToken) -> String { String(token.accessToken.text.dropFirst(6)) }
}

/// Counts the moments at which a process can die, and lets it die at one of them. A dead process changes nothing.
final class Fate: Sendable {
    private struct State {
        var moments = 0
        var isDead = false
    }

    private let state = Mutex(State())
    private let death: Int?

    init(diesAt death: Int?) { self.death = death }

    /// One more moment: whether the process lives on.
    func pass() -> Bool {
        state.withLock { state in
            if state.moments == death { state.isDead = true }
            state.moments += 1
            return !state.isDead
        }
    }

    var isDead: Bool { state.withLock { $0.isDead } }
    var moments: Int { state.withLock { $0.moments } }
}

/// A store whose process can die right before a commit, or right behind it with the caller none the wiser.
final class MortalStore: SealedStore {
    let base: MemoryStore
    private let fate: Fate

    init(_ base: MemoryStore, fate: Fate) {
        self.base = base
        self.fate = fate
    }

    private static var dead: StoreError { StoreError(.closed, "dead") }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result {
        guard !fate.isDead else { throw Self.dead }
        return try await base.read(body)
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        guard fate.pass() else { throw Self.dead }
        let result = try await base.write(body, committed: committed)
        guard fate.pass() else { throw Self.dead }
        return result
    }

    func close() async throws { try await base.close() }
}
