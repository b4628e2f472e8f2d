import Domain
import SecretMemory
import Synchronization
import TestSupport
import Testing
import Tokens
import Vault

/// An issuer that answers as it is told, and can be made to take its time.
final class ScriptedIssuer: TokenIssuer {
    enum Answer: Sendable {
        case token(lifetime: Int)
        case refused
        case later(retryAfter: Int?)
    }

    private struct State {
        var answer = Answer.token(lifetime: 3600)
        var mints = 0
        var isHeld = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<Int> = []
        /// Who wants to know that an attempt has begun, and the how-manieth.
        var watchers: [(mint: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// How many attempts were made.
    var mints: Int { state.withLock { $0.mints } }

    func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }

    /// From now on attempts wait until ``release()``.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when so many attempts have begun.
    func begun(_ mint: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.mints < mint { state.watchers.append((mint, continuation)) }
                return state.mints >= mint
            }
            if isThere { continuation.resume() }
        }
    }

    func mint(for app: App, with credential: Credential) async throws(IssueFailure) -> MintedToken {
        let (number, watchers) = state.withLock { state in
            state.mints += 1
            let mints = state.mints
            let done = state.watchers.filter { $0.mint <= mints }
            state.watchers.removeAll { $0.mint <= mints }
            return (mints, done)
        }
        for watcher in watchers { watcher.continuation.resume() }
        await wait(number)
        guard !Task.isCancelled else {
            throw IssueFailure(.later(retryAfter: nil), cause: .cancelled, reason: "stopped")
        }
        switch state.withLock({ $0.answer }) {
        case .token(let lifetime):
            return MintedToken(
                accessToken: SecretBox("token-\(number)"), tokenType: "bearer", lifetime: lifetime, scopes: ["a", "b"],
                apiURL: "https://api.zoom.us")
        case .refused: throw IssueFailure(.refused, cause: .invalidClient, reason: "Zoom refused the secret")
        case .later(let seconds):
            throw IssueFailure(.later(retryAfter: seconds), cause: .throttled, reason: "Zoom asks for patience")
        }
    }

    private func wait(_ number: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayPass = state.withLock { state in
                    guard state.isHeld, !state.cancelled.contains(number) else { return true }
                    state.waiting[number] = continuation
                    return false
                }
                if mayPass { continuation.resume() }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.cancelled.insert(number)
                return state.waiting.removeValue(forKey: number)
            }
            continuation?.resume()
        }
    }
}

/// A keeper on a vault in memory, with an issuer and clocks that do as they are told.
struct KeeperBench {
    let store: MemoryStore
    let time: ManualTime
    let issuer: ScriptedIssuer
    let vault: Vault
    let keeper: TokenKeeper
    let events = Recorder<TokenEvent>()
    let alpha = Name.test("alpha")

    /// With one app, `alpha`.
    init(policy: AttemptPolicy = AttemptPolicy()) async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        try await self.init(store, ManualTime(), ScriptedIssuer(), policy)
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("secret"))
    }

    private init(_ store: MemoryStore, _ time: ManualTime, _ issuer: ScriptedIssuer, _ policy: AttemptPolicy)
        async throws
    {
        self.store = store
        self.time = time
        self.issuer = issuer
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        // Always the longest pause, so that it can be told beforehand.
        keeper = TokenKeeper(
            vault: vault, issuer: issuer, policy: policy, time: time, random: { $0.upperBound }
        ) { [events] in events.record($0) }
    }

    /// The next process: what is in the store is all that it knows. The issuer is the same.
    func restarted() async throws -> KeeperBench {
        try await KeeperBench(store.reopened(), time, issuer, AttemptPolicy())
    }

    var entry: AppEntry { get throws { try #require(vault.catalog.app(alpha)) } }

    /// What a client gets: the token's text, or why there is none.
    func ask(minTTL: Int = 0) async -> Result<String, TokenFailure> {
        do throws(TokenFailure) {
            return .success(try await keeper.token(for: alpha, minTTL: minTTL).token.accessToken.text)
        } catch {
            return .failure(error)
        }
    }

    /// So many clients at once.
    func askAll(_ clients: Int, minTTL: Int = 0) async -> [Result<String, TokenFailure>] {
        await withTaskGroup(of: Result<String, TokenFailure>.self) { group in
            for _ in 0..<clients { group.addTask { await ask(minTTL: minTTL) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }
}

extension Result where Failure == TokenFailure {
    var failure: TokenFailure? {
        guard case .failure(let failure) = self else { return nil }
        return failure
    }

    var isRefused: Bool {
        if case .refused? = failure { true } else { false }
    }

    /// Seconds after which to come again, where Zoom is unavailable.
    var retryAfter: Int? {
        guard case .unavailable(_, let seconds)? = failure else { return nil }
        return seconds
    }
}
