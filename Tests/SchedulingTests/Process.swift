import Domain
import Rotation
import Scheduling
import SecretMemory
import TestSupport
import Testing
import Tokens
import Vault

/// A daemon, as far as its scheduled work goes, with clocks and a Zoom that do as they are told. What is in the store is
/// all that the next one knows.
struct Process {
    let store: MemoryStore
    let time: ManualTime
    let zoom: FakeZoom
    let vault: Vault
    let scheduler: Scheduler
    let tokens: TokenKeeper
    let events = Recorder<SchedulerEvent>()
    /// How many there were before it.
    private let starts: UInt64

    init(apps: [App] = [], limits: Scheduler.Limits = .init()) async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let time = ManualTime()
        try await self.init(store, time, FakeZoom(time), limits, starts: 0)
        for app in apps { try await vault.add(app, clientSecret: SecretBox("s")) }
    }

    private init(_ store: MemoryStore, _ time: ManualTime, _ zoom: FakeZoom, _ limits: Scheduler.Limits, starts: UInt64)
        async throws
    {
        self.starts = starts
        self.store = store
        self.time = time
        self.zoom = zoom
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        let tokens = TokenKeeper(vault: vault, issuer: zoom, time: time, random: { $0.upperBound }) { _ in }
        self.tokens = tokens
        var timing = RotationTiming()
        (timing.endLead, timing.endMargin) = (0, 0)
        let engine = RotationEngine(
            vault: vault, issuer: zoom, timing: timing, time: time, random: { $0.upperBound }
        ) { _ in }
        let ids = Dice(starts)
        let counter = Counter(ids)
        scheduler = Scheduler(
            vault: vault, engine: engine, tokens: tokens, time: time, limits: limits,
            lacking: { scopes in scopes.contains("all") ? [] : ["user:master"] },
            mayRotate: { [zoom] in zoom.mayRotate($0) }, makeID: { counter.next() }
        ) { [events] in events.record($0) }
    }

    func restarted() async throws -> Process {
        await scheduler.stop()
        await scheduler.settle()
        return try await Process(store.reopened(), time, zoom, .init(), starts: starts + 1)
    }

    /// One look, and all that comes of it.
    func poll() async {
        await scheduler.poll()
        await scheduler.settle()
    }

    /// Lets time go by, with a look every so many seconds.
    func run(seconds: Int, every step: Int = 60) async {
        for _ in 0..<(seconds / step) {
            time.pass(step)
            await poll()
        }
    }

    func entry(_ name: String = "alpha") throws -> AppEntry { try #require(vault.catalog.app(.test(name))) }

    var probes: [SchedulerState.Probe] {
        events.all.compactMap { if case .probed(_, let probe, _) = $0 { probe } else { nil } }
    }
}

/// IDs of rotations: no two alike, and the same in each run.
private final class Counter: Sendable {
    private let drawn = Recorder<Int>()
    private let seed: String

    init(_ dice: Dice) {
        var dice = dice
        seed = String(dice.next(), radix: 16)
    }

    func next() -> String {
        drawn.record(0)
        return "\(seed)-\(drawn.count)"
    }
}

extension App {
    /// An app that is rotated every so many seconds, with no overlap.
    static func rotated(_ name: String, every: Int?, windows: String = "", paused: Bool = false) -> App {
        var app = App.sample(name)
        app.policy.every = every
        app.policy.windows = windows
        app.policy.isPaused = paused
        app.policy.overlap = 0
        return app
    }
}
