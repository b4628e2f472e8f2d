import Domain
import Envelope
import Glibc
import Rotation
import Scheduling
import SecretMemory
import Synchronization
import Tokens
import Vault
import VaultSQLite

/// Fills a vault with many apps, each with a policy and a token, and says what they cost: to open, to schedule, and while
/// nothing is due. `scripts/bench-scheduler` builds and runs it.
@main struct SchedulerBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let count = Int(arguments[2]) else {
            report("usage: SchedulerBench DIRECTORY APPS")
            exit(64)
        }
        let path = arguments[1] + "/bench.db"
        let time = BenchTime()
        try await measured("fill, per app", of: count) { try await fill(path, count, time) }
        let before = residentMiB()
        let store = try SQLiteStore.open(at: path)
        let vault = try await measured("unlock") { try await Vault.open(store, with: way(), time: time) }
        report("memory that the apps take: \(residentMiB() - before) MiB")
        let tokens = TokenKeeper(vault: vault, issuer: Nobody(), time: time) { _ in }
        let engine = RotationEngine(vault: vault, issuer: Nobody(), time: time) { _ in }
        let scheduler = Scheduler(
            vault: vault, engine: engine, tokens: tokens, time: time, lacking: { _ in [] }, makeID: { "id" }
        ) { _ in }
        try await measured("plan at the start") { await scheduler.poll() }
        report("memory in all: \(residentMiB()) MiB")
        let idle = processorMicroseconds()
        for _ in 0..<1000 {
            time.pass(0)
            await scheduler.poll()
        }
        report("processor for a look while nothing is due: \((processorMicroseconds() - idle) / 1000) us")
        let entries = vault.catalog.entries.prefix(10_000)
        for entry in entries {
            vault.showUnsaved(Refusals(generation: .first, times: [], cause: .serverError, reason: "-"), for: entry.app)
        }
        try await measured("give an app its place anew, each of \(entries.count)", of: entries.count) {
            await scheduler.poll()
        }
        time.jump()
        try await measured("plan anew after a jump of the clock") { await scheduler.poll() }
        await scheduler.stop()
        await scheduler.settle()
        try await store.close()
    }

    private static func fill(_ path: String, _ count: Int, _ time: BenchTime) async throws {
        try await SQLiteStore.create(at: path) { store in try await Vault.create(in: store, unlockKeys: [way()]) }
        let store = try SQLiteStore.open(at: path)
        let vault = try await Vault.open(store, with: way(), time: time)
        for number in 0..<count {
            guard let name = Name("app-\(number)") else { continue }
            let app = App(
                id: "id-\(number)", name: name, accountID: "account-\(number)", clientID: "client-\(number)",
                marketplaceAppID: "app-\(number)", environment: .commercial, createdAt: time.now.wall,
                policy: RotationPolicy(every: 30 * 86_400, windows: "Sun 02:00-04:00", timeZone: "Europe/Berlin"))
            try await vault.add(app, clientSecret: SecretBox(SecretBytes(copying: "0123456789abcdefghijklmnopqrstuv")))
            let token = Token(
                accessToken: SecretBox(SecretBytes(copying: String(repeating: "t", count: 590))), tokenType: "bearer",
                scopes: ["user:read:admin", "user:write:admin", "scim2"], apiURL: "https://api.zoom.us",
                generation: .first, issuedAt: time.now.wall, expiresAt: time.now.wall + 3600)
            try await vault.save(SeenToken(token: token, seen: time.now, minted: true), for: app)
        }
        try await store.close()
    }

    private static func way() -> UnlockKey {
        UnlockKey(.keyFile(SecretBytes(copying: String(repeating: "k", count: 32))))
    }

    // MARK: Measuring

    private static func measured<Result>(
        _ what: String, of count: Int = 1, _ body: () async throws -> Result
    ) async throws -> Result {
        let begin = ContinuousClock.now
        let result = try await body()
        let took = (ContinuousClock.now - begin) / count
        report("\(what): \(took)")
        return result
    }

    private static func report(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = unsafe write(STDOUT_FILENO, bytes, bytes.count)
    }

    private static func residentMiB() -> Int {
        var buffer = [UInt8](repeating: 0, count: 256)
        let file = unsafe open("/proc/self/statm", O_RDONLY)
        defer { close(file) }
        let count = unsafe read(file, &buffer, buffer.count)
        let fields = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) / 1_048_576 : 0
    }

    private static func processorMicroseconds() -> Int {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000 + Int(usage.ru_utime.tv_usec)
            + Int(usage.ru_stime.tv_usec)
    }
}

/// Stands still, so that nothing falls due while it is measured.
private final class BenchTime: TimeSource {
    private let wall = Atomic(1_800_000_000)
    var now: Moment { Moment(wall: Timestamp(unixSeconds: wall.load(ordering: .relaxed)), boot: 1000) }
    func pass(_ seconds: Int) { wall.add(seconds, ordering: .relaxed) }
    /// By less than anything needs to fall due.
    func jump() { pass(600) }
}

/// Nobody is asked for anything here.
private struct Nobody: TokenIssuer, SecretIssuer {
    func mint(for app: App, with credential: Credential) async throws(IssueFailure) -> MintedToken {
        throw IssueFailure(.later(retryAfter: nil), cause: .serverError, reason: "bench")
    }
    func prove(_ secret: SecretBox, of app: App) async -> Proof { .later(retryAfter: nil, reason: "bench") }
    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        .later(retryAfter: nil, reason: "bench")
    }
    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        .notNow(retryAfter: nil, reason: "bench")
    }
    func read(_ answer: SecretBox) -> IssuedSecret? { nil }
    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        .later(retryAfter: nil, reason: "")
    }
}
