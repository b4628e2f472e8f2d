import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Vault

/// A Zoom of moods: every call may go well, fail before or after its work, or lose its answer, as the dice fall. It
/// keeps record of what it was asked and what it said, by a clock that nobody sets.
final class WildZoom: SecretIssuer {
    private struct Secret {
        let text: String
        let worksFrom: Int
        var diesAt: Int?
    }

    private struct State {
        var secrets: [Secret]
        var dice: Dice
        var made = 0
        /// The secret that the last `new` replaced.
        var scheduled: String?
        /// The secret that it made.
        var scheduler: String?
        /// When each kind of call came.
        var news: [Int] = []
        var ends: [Int] = []
        /// Every secret that a proof succeeded with.
        var proven: Set<String> = []
        var isCalm = false
        var isAnswerUnstored = false
    }

    private let state: Mutex<State>
    private let time: ManualTime
    private let second: FakeZoom.SecondNew
    private let fate = Mutex<Fate?>(nil)
    /// Called before an old secret is ended.
    private let ending = Mutex<(@Sendable () -> Void)?>(nil)

    init(secret: String, time: ManualTime, dice: Dice) {
        var dice = dice
        self.time = time
        second = dice.oneOf([.replaces, .adds, .refuses])
        state = Mutex(State(secrets: [Secret(text: secret, worksFrom: 0)], dice: dice, proven: [secret]))
    }

    func serve(_ fate: Fate, beforeEnd: @escaping @Sendable () -> Void) {
        self.fate.withLock { $0 = fate }
        ending.withLock { $0 = beforeEnd }
    }

    func calm() { state.withLock { $0.isCalm = true } }

    private var now: Int { time.now.boot }
    private func lives() -> Bool { fate.withLock { $0?.pass() ?? true } }

    func accepts(_ secret: String) -> Bool {
        state.withLock { state in Self.accepts(secret, state, now) }
    }

    private static func accepts(_ secret: String, _ state: State, _ now: Int) -> Bool {
        state.secrets.contains { $0.text == secret && $0.worksFrom <= now && ($0.diesAt.map { $0 > now } ?? true) }
    }

    func hasProven(_ secret: String) -> Bool { state.withLock { $0.proven.contains(secret) } }

    /// Whether an answer with a new secret is on its way into the vault; whoever stores it says so.
    var isAnswerUnstored: Bool { state.withLock { $0.isAnswerUnstored } }
    func answerStored() { state.withLock { $0.isAnswerUnstored = false } }

    /// The most changes of the app's secrets that were asked for within 15 minutes.
    var densestChanges: Int {
        let calls = state.withLock { $0.news + $0.ends }
        return calls.map { call in calls.count { $0 >= call && $0 - call < 900 } }.max() ?? 0
    }

    /// Somebody makes a secret in the Marketplace.
    func regenerate() -> String {
        state.withLock { state in
            state.made += 1
            let now = now
            for index in state.secrets.indices where state.secrets[index].diesAt == nil {
                state.secrets[index].diesAt = now + 30 * 86_400
            }
            state.secrets.append(Secret(text: "hand-\(state.made)", worksFrom: now))
            return "hand-\(state.made)"
        }
    }

    func prove(_ secret: SecretBox, of app: App) async -> Proof {
        guard lives() else { return .later(retryAfter: nil, reason: "dead") }
        let proof = state.withLock { state -> Proof in
            guard state.isCalm || state.dice.below(8) > 0 else { return .later(retryAfter: nil, reason: "moody") }
            guard Self.accepts(secret.text, state, now) else { return .refused(reason: "invalid_client") }
            state.proven.insert(secret.text)
            return .accepted
        }
        return lives() ? proof : .later(retryAfter: nil, reason: "dead")
    }

    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        guard lives() else { return .later(retryAfter: nil, reason: "dead") }
        let outcome = state.withLock { state -> MintOutcome in
            switch state.isCalm ? 9 : state.dice.below(16) {
            case 0: return .later(retryAfter: nil, reason: "no token now")
            case 1: return .never(reason: "no token")
            default: break
            }
            guard Self.accepts(current.text, state, now) else { return .never(reason: "invalid_client") }
            return .minted(
                CallToken(accessToken: current, apiURL: "", grant: "", expires: time.now.wall + 3600))
        }
        return lives() ? outcome : .later(retryAfter: nil, reason: "dead")
    }

    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        guard lives() else { return .unknown(reason: "dead", partial: nil) }
        let life = revokeAt - time.now.wall
        let outcome = state.withLock { make(&$0, token.accessToken.text, life) }
        return lives() ? outcome : .unknown(reason: "dead", partial: nil)
    }

    private func make(_ state: inout State, _ current: String, _ life: Int) -> MakeOutcome {
        let mood = state.isCalm ? 9 : state.dice.below(18)
        switch mood {
        case 16: return .notNow(retryAfter: nil, reason: "not sent", isAsked: false)
        case 17: return .never(reason: "no token for it", isAsked: false)
        default: state.news.append(now)
        }
        switch mood {
        case 0: return .notNow(retryAfter: nil, reason: "not now")
        case 1: return .never(reason: "never")
        case 2: return .unknown(reason: "dropped before", partial: nil)
        default: break
        }
        guard Self.accepts(current, state, now) else { return .never(reason: "invalid_client") }
        let pending = state.secrets.contains { $0.text != current && $0.diesAt == nil }
        if pending, second == .refuses { return .never(reason: "pending") }
        if pending, second == .replaces { state.secrets.removeAll { $0.text != current && $0.diesAt == nil } }
        state.scheduled = current
        for index in state.secrets.indices where state.secrets[index].text == current {
            state.secrets[index].diesAt = now + life
        }
        state.made += 1
        let new = "new-\(state.made)"
        state.scheduler = new
        let delay = state.isCalm ? 0 : state.dice.oneOf([0, 0, 5, 400])
        state.secrets.append(Secret(text: new, worksFrom: now + delay))
        if mood < 6 { return .unknown(reason: "lost", partial: mood == 3 ? SecretBox("<ne") : nil) }
        state.isAnswerUnstored = true
        return mood == 6 ? .unknown(reason: "cut", partial: SecretBox("<\(new)>")) : .answered(SecretBox("<\(new)>"))
    }

    func read(_ answer: SecretBox) -> IssuedSecret? {
        let text = answer.text
        guard text.hasPrefix("<"), text.hasSuffix(">") else { return nil }
        let secret = String(text.dropFirst().dropLast())
        return IssuedSecret(SecretBox(secret), id: secret)
    }

    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        guard lives() else { return .unknown(reason: "dead") }
        ending.withLock { $0 }?()
        let life = end - time.now.wall
        let outcome = state.withLock { state -> EndOutcome in
            let mood = state.isCalm ? 9 : state.dice.below(13)
            if mood == 10 { return .later(retryAfter: nil, reason: "not sent", isAsked: false) }
            if mood == 11 { return .refused(reason: "no token for it", isAsked: false) }
            state.ends.append(now)
            if mood == 0 { return .later(retryAfter: nil, reason: "not now") }
            if mood == 1 { return .refused(reason: "no") }
            if mood == 3 { return .unknown(reason: "dropped before") }
            if mood == 12 || life < 0 { return .late(reason: "2001") }
            let found = state.secrets.lastIndex {
                $0.text == state.scheduled && ($0.diesAt.map { $0 > now } ?? true)
            }
            guard let found else { return .gone }
            state.secrets[found].diesAt = now + life
            return mood == 2 ? .unknown(reason: "lost") : .set(secretID: state.scheduler)
        }
        return lives() ? outcome : .unknown(reason: "dead")
    }
}

/// A publisher of moods, which remembers what it confirmed.
final class WildPublisher: SecretPublisher {
    /// Of the secrets that it confirmed: those that it still has, or was not asked about again.
    private let state: Mutex<(dice: Dice, confirmed: Set<String>, lost: Set<String>, isCalm: Bool)>

    init(dice: Dice) { state = Mutex((dice, [], [], false)) }

    func calm() { state.withLock { $0.isCalm = true } }
    func hasConfirmed(_ secret: String) -> Bool { state.withLock { $0.confirmed.contains(secret) } }

    func publish(_ credential: Credential, of app: App) async -> PublishOutcome {
        state.withLock { state in
            switch state.isCalm ? 9 : state.dice.below(10) {
            case 0: return .later(retryAfter: nil, reason: "moody")
            case 1: return .waiting(seconds: 60, reason: "slow")
            case 2: return .blocked(reason: "refused")
            default: break
            }
            state.confirmed.insert(credential.clientSecret.text)
            state.lost.insert(credential.clientSecret.text)
            return .confirmed
        }
    }

    /// Whether it was not seen to have the secret when it was last asked.
    func lacks(_ secret: String) -> Bool { state.withLock { $0.lost.contains(secret) } }

    func laggards(_ credential: Credential, of app: App) async -> [Laggard] {
        state.withLock { state in
            let isLost = !state.isCalm && state.dice.below(4) == 0
            if isLost {
                state.lost.insert(credential.clientSecret.text)
            } else {
                state.lost.remove(credential.clientSecret.text)
            }
            return isLost ? [Laggard("changed outside", wait: state.dice.oneOf([nil, 30]))] : []
        }
    }
}

/// A store whose commits fail as the dice fall: nothing of them is kept. Rarely while an answer of Zoom's waits to be
/// stored, since the engine then tries without end and waits in real time.
final class MoodyStore: SealedStore {
    private let base: any SealedStore
    private let zoom: WildZoom
    private let state: Mutex<(dice: Dice, isMoody: Bool)>

    init(_ base: any SealedStore, zoom: WildZoom, dice: Dice) {
        self.base = base
        self.zoom = zoom
        state = Mutex((dice, false))
    }

    var isMoody: Bool {
        get { state.withLock { $0.isMoody } }
        set { state.withLock { $0.isMoody = newValue } }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result
    ) async throws -> Result { try await base.read(body) }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        let unstored = zoom.isAnswerUnstored
        let fails = state.withLock { state in state.isMoody && state.dice.below(unstored ? 100 : 3) == 0 }
        if fails { throw StoreError(.diskFull, "moody") }
        let result = try await base.write(body, committed: committed)
        zoom.answerStored()
        return result
    }

    func close() async throws { try await base.close() }
}
