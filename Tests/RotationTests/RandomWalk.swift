import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Vault

/// One app, its vault, its clients and a moody Zoom, through processes that live and die. What must never be is noted
/// in ``broken``.
final class RandomWalk {
    static let name = Name.test("zoom")
    private static let clients = ["ada", "bob", "cyd"].map { Name.test($0) }

    private var dice: Dice
    private let time = ManualTime()
    private let zoom: WildZoom
    private let publisher: WildPublisher
    private var disk: MemoryStore
    private var store: MoodyStore
    private var fate = Fate(diesAt: nil)
    private var vault: Vault
    private var engine: RotationEngine
    private let watch: DrainWatch
    /// What the steps were, for whoever has to find out.
    private(set) var story: [String] = []
    private var seen = (generation: 1, secret: "old")
    private var ids = 0
    /// Secrets that were in the vault, and those that became a generation.
    private var stored: Set<String> = []
    private var served: Set<String> = ["old"]

    var broken: [String] { watch.violations.all }
    private(set) var lives = 1
    private(set) var promotions = 0

    init(seed: UInt64, template: MemoryStore) async throws {
        dice = Dice(seed)
        zoom = WildZoom(secret: "old", time: time, dice: Dice(seed &+ 1))
        publisher = WildPublisher(dice: Dice(seed &+ 2))
        watch = DrainWatch(publisher, time)
        disk = template.reopened()
        store = MoodyStore(disk, zoom: zoom, dice: Dice(seed &+ 3))
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        engine = Self.engine(vault, zoom, publisher, time)
        try await restart()
        lives = 1
    }

    /// A vault with the app, for all walks to begin with.
    static func template() async throws -> MemoryStore {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
        try await vault.add(.sample("zoom"), clientSecret: SecretBox("old"))
        for name in clients { try await vault.add(.sample(name.description)) }
        return store
    }

    private static func engine(
        _ vault: Vault, _ zoom: WildZoom, _ publisher: WildPublisher, _ time: ManualTime
    ) -> RotationEngine {
        RotationEngine(
            vault: vault, issuer: zoom, publisher: publisher, time: time, random: { $0.upperBound }, note: { _ in })
    }

    // MARK: Steps

    func walk(steps: Int) async throws {
        for _ in 0..<steps where broken.isEmpty {
            try await step()
            await engine.settle()
            while fate.isDead {
                story.append("died")
                try await restart()
                await engine.settle()
            }
            try await check()
        }
        if broken.isEmpty { try await comeToRest() }
    }

    private func step() async throws {
        let entry = vault.catalog.app(Self.name)
        let choice = dice.below(20)
        story.append("\(choice) in \(entry?.rotation.map { "\($0.phase)" } ?? "-")")
        switch choice {
        case 0...2: await rotate(nil)
        case 3: await rotate(SecretBox(zoom.regenerate()))
        case 4: _ = try? await engine.resume(id: entry?.rotation?.id ?? "r0")
        case 5: try? await engine.abort(id: entry?.rotation?.id ?? "r0")
        case 6: try await restart()
        case 7: store.isMoody.toggle()
        case 8: time.setWall(by: -dice.below(10))
        case 9: try? await vault.removeClient(dice.oneOf(Self.clients))
        case 10, 11: await receive(by: dice.oneOf(Self.clients))
        case 15: _ = try? await engine.finish(id: entry?.rotation?.id ?? "r0")
        case 16:
            ids += 1
            _ = try? await engine.rotateNow(Self.name, id: "r\(ids)")
        case 12...14: time.pass(dice.oneOf([1, 30, 400, 3600, 86_400, 5 * 86_400]))
        default:
            if let due = entry?.rotation?.due { time.pass(max(due - time.now.wall, 0)) }
            await engine.carryOnZoom()
        }
    }

    private func rotate(_ secret: SecretBox?) async {
        ids += 1
        _ = try? await engine.rotate(
            Self.name, trigger: secret == nil ? .operator : .manual, overlap: dice.oneOf([0, 60, 7 * 86_400]),
            secret: secret, id: "r\(ids)")
    }

    private func receive(by client: Name) async {
        guard let entry = vault.catalog.app(Self.name) else { return }
        let receipt = Receipt(of: entry, by: client.description, at: time.now.wall)
        try? await vault.save([(entry.app, receipt)])
        await engine.lookAgain(Self.name)
    }

    /// The process ends as it stands; the next one may be told to die at any moment.
    private func restart() async throws {
        lives += 1
        disk = disk.reopened()
        fate = Fate(diesAt: dice.below(3) == 0 ? dice.below(40) : nil)
        let moody = store.isMoody
        store = MoodyStore(MortalStore(disk, fate: fate), zoom: zoom, dice: Dice(dice.next()))
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        store.isMoody = moody
        engine = Self.engine(vault, zoom, publisher, time)
        zoom.serve(fate) { [watch, vault] in watch.expectDrained(vault, "ended at Zoom") }
        await engine.carryOnZoom()
    }

    /// When all goes well again, all comes to its end by itself, or waits for the operator and says so.
    private func comeToRest() async throws {
        zoom.calm()
        publisher.calm()
        store.isMoody = false
        dice = Dice(0)
        try await restart()
        fate = Fate(diesAt: nil)
        zoom.serve(fate) {}
        for _ in 0..<400 {
            await engine.settle()
            try await check()
            guard let open = vault.catalog.app(Self.name)?.rotation, let due = open.due else { break }
            // Every client fetches sooner or later.
            if open.phase == .draining { for client in Self.clients { await receive(by: client) } }
            time.pass(max(due - time.now.wall, 1))
            await engine.carryOnZoom()
        }
        guard let entry = vault.catalog.app(Self.name) else { return expect(false, "the app is gone") }
        expect(
            entry.rotation == nil || entry.rotation?.phase == .blocked,
            "no end: \(entry.rotation?.phase.rawValue ?? "")")
    }

    // MARK: What must always be

    private func expect(_ holds: Bool, _ otherwise: @autoclosure () -> String) {
        if !holds { watch.violations.record(otherwise()) }
    }

    private func check() async throws {
        guard let entry = vault.catalog.app(Self.name) else { return expect(false, "the app is gone") }
        let secret = entry.credential.clientSecret.text
        let number = entry.credential.generation.number
        let rows = try await disk.read { transaction in
            var states: [Cell] = []
            try transaction.forEachRow(in: .generation) { states.append($0.cells[3]) }
            return states
        }
        expect(rows.count { $0 == .text("current") } == 1, "current generations: \(rows)")
        expect(rows.count <= 2, "generations: \(rows)")

        if number != seen.generation || secret != seen.secret {
            expect(
                (1...2).contains(number - seen.generation) && secret != seen.secret,
                "generation \(seen.generation), then \(number)")
            expect(zoom.hasProven(secret), "current, but never proven")
            seen.generation = number
            seen.secret = secret
            promotions += 1
        }
        if let open = entry.rotation {
            expect(open.due != nil || open.phase == .blocked, "waits for nothing in \(open.phase)")
            if open.phase == .blocked {
                expect(open.reason?.isEmpty == false && open.resumesAt != nil, "held without a way on")
            }
            expect(open.phase == .blocked || !open.phase.isFinal, "over, and still under way")
        }
        expect(zoom.densestChanges <= 3, "\(zoom.densestChanges) calls in 15 minutes")
        // The promise. What Zoom refuses is handed out only while nothing better was proven.
        if !zoom.accepts(secret), !store.isMoody {
            expect(entry.rotation?.phase != .verified, "a dead secret is handed out, and a proven one is at hand")
            if let better = entry.rotation?.candidate, zoom.accepts(better.text) {
                expect(entry.rotation?.due != nil || entry.rotation?.phase == .blocked, "nobody tries the better one")
            }
        }
        checkKept(entry)
        try await checkRetired(entry)
        if let open = entry.rotation { watch.saw(open) }
    }

    /// A secret that left the vault before clients got it was one that Zoom refuses.
    private func checkKept(_ entry: AppEntry) {
        served.insert(entry.credential.clientSecret.text)
        let rotation = entry.rotation
        var present = Set(entry.candidates.compactMap { $0.secret?.text ?? $0.answer.flatMap(text) })
        for secret in [rotation?.candidate?.text, rotation?.answer.flatMap(text)] {
            if let secret { present.insert(secret) }
        }
        for secret in stored.subtracting(present).subtracting(served) {
            expect(!zoom.accepts(secret), "\(secret) is lost, and Zoom accepts it")
        }
        stored.formUnion(present)
    }

    private func text(of answer: SecretBox) -> String? { zoom.read(answer)?.secret.text }

    /// A secret that left the vault was one that nobody needs.
    private func checkRetired(_ entry: AppEntry) async throws {
        guard entry.previous == nil, let last = try await vault.rotations(of: entry.app).last,
            last.phase == .retired, last.base.next == entry.credential.generation, last.id != checked
        else { return }
        checked = last.id
        watch.expectDrained(vault, "retired", of: last)
    }
    private var checked = ""
}

/// Looks whether an old secret may go, at the moment at which it does.
private final class DrainWatch: Sendable {
    let violations = Recorder<String>()
    private let publisher: WildPublisher
    private let time: ManualTime
    /// The last rotation that was seen under way.
    private let lastOpen = Mutex<Rotation?>(nil)

    init(_ publisher: WildPublisher, _ time: ManualTime) {
        self.publisher = publisher
        self.time = time
    }

    func saw(_ rotation: Rotation) { lastOpen.withLock { $0 = rotation } }

    func expectDrained(_ vault: Vault, _ what: String, of rotation: Rotation? = nil) {
        guard let entry = vault.catalog.app(RandomWalk.name), let rotation = rotation ?? entry.rotation else {
            return violations.record("\(what) without a rotation")
        }
        // Whoever wanted it so was told whom it leaves with a dead secret.
        if rotation.endsNow { return }
        if !publisher.hasConfirmed(entry.credential.clientSecret.text) {
            violations.record("\(what) before it was published")
        }
        // What is retired says when the old secret was gone, and no longer when it was to die.
        let known = [entry.rotation, lastOpen.withLock { $0 }].compactMap { $0 }.first { $0.id == rotation.id }
        if let dies = known?.revokeAt, time.now.wall >= dies + -86_400 { return }
        let holders = entry.receipts.values.filter {
            $0.generation < entry.credential.generation && vault.catalog.client($0.holder.client) != nil
        }
        if publisher.lacks(entry.credential.clientSecret.text) { violations.record("\(what) while a target lacks it") }
        if !holders.isEmpty { violations.record("\(what) while \(holders.map(\.holder.client)) hold it") }
        let promotedAt = rotation.promotedAt ?? time.now.wall
        if promotedAt + rotation.overlap > time.now.wall { violations.record("\(what) before the overlap was over") }
    }
}
