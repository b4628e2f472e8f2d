import Domain
import SecretMemory
import Vault

/// Stores answers that the vault cannot store in files, so that they survive this process. Only the engine has it, and its
/// methods run on the engine's executor.
final class AnswerSpool {
    struct Found {
        let file: SpoolFile
        let answer: SpooledAnswer
    }

    /// Seconds between two checks after a problem.
    private static let pause = 60

    private let vault: Vault
    private let store: any SpoolStore
    private let issuer: any SecretIssuer
    private let time: any TimeSource
    private let report: SpoolReport
    private let note: @Sendable (RotationEvent) -> Void
    /// By rotation, the newest call first.
    private var found: [String: [Found]] = [:]
    private var isRead = false
    /// Callers that wait for the present reading; `nil` when there is none.
    private var readers: [CheckedContinuation<Bool, Never>]?
    /// When to check again after a problem, in seconds of the boot clock.
    private var nextLook: Int?
    /// The number of answers that are being written to a file.
    private var keeping = 0
    /// Apps whose answer waits in a file until the vault can be written.
    private(set) var waiting: Set<String> = []

    init(
        _ store: any SpoolStore, vault: Vault, issuer: any SecretIssuer, time: any TimeSource, report: SpoolReport,
        note: @escaping @Sendable (RotationEvent) -> Void
    ) {
        (self.store, self.vault, self.issuer, self.time) = (store, vault, issuer, time)
        (self.report, self.note) = (report, note)
    }

    // MARK: Into a file, and out of it

    /// - Returns: the file; `nil` when the spool cannot store the answer either, so that it is only in memory.
    func save(_ answer: SecretBox, _ rotation: Rotation, _ app: App, because error: VaultError) async -> SpoolFile? {
        FaultPoint.reach(.beforeKeep)
        keeping += 1
        defer { keeping -= 1 }
        do {
            let entry = try SpoolEntry(answer, to: rotation, of: app, at: time.now.wall, for: vault)
            let file = try await store.save(entry.encoded)
            FaultPoint.reach(.afterKeep)
            waiting.insert(app.id)
            report.set(.init(kind: .inSpool, app: app.name, file: file.name, reason: error.detail), for: app.name)
            note(.kept(app.name, file: file.name, error))
            return file
        } catch let other {
            report.set(.init(kind: .inMemory, app: app.name, reason: error.detail), for: app.name)
            note(.unstored(app.name, error, spool: "\(other)"))
            return nil
        }
    }

    /// Call it once the vault has the answer.
    func settle(_ app: App, _ file: SpoolFile?) async {
        waiting.remove(app.id)
        if let file { await free(file) }
    }

    /// A file that cannot be freed is found again, and freed then.
    private func free(_ file: SpoolFile) async {
        FaultPoint.reach(.beforeFree)
        do throws(StoreError) { try await store.free(file) } catch {
            note(.notFreed(file: file.name, error))
            lookLater()
        }
        FaultPoint.reach(.afterFree)
    }

    // MARK: Answers of an earlier process

    /// Reads the spool once. Until that succeeds no rotation continues: an answer that seems lost may be there.
    func read() async -> Bool {
        if isRead { return true }
        guard readers == nil else { return await withCheckedContinuation { readers?.append($0) } }
        readers = []
        let isRead = await look()
        for reader in readers.take() ?? [] { reader.resume(returning: isRead) }
        return isRead
    }

    /// Reads the spool again after a problem.
    func readAgain() async {
        if let nextLook, nextLook <= time.now.boot { isRead = false }
        _ = await read()
    }

    private func lookLater() { nextLook = time.now.boot + Self.pause }

    private func look() async -> Bool {
        var troubles: [SpoolReport.Trouble] = []
        var found: [String: [Found]] = [:]
        nextLook = nil
        do {
            for file in try await store.files() {
                do throws(VaultError) {
                    let answer = try SpoolEntry(reading: file.bytes).open(by: vault)
                    let id = answer.entry.rotationID
                    guard let entry = vault.catalog.entries.first(where: { $0.app.id == answer.entry.appID }) else {
                        throw VaultError(.notFound, "it is for app '\(answer.appName)', which the vault does not have")
                    }
                    switch claim(answer, for: try await rotation(id), of: entry) {
                    case .take:
                        found[id, default: []].append(Found(file: file, answer: answer))
                        troubles.append(.found(file, of: entry.app, "an earlier process left it there"))
                    case .wait:
                        found[id, default: []].append(Found(file: file, answer: answer))
                        troubles.append(
                            .found(file, of: entry.app, "the rotation has another secret, which is not verified yet"))
                    case .free: await free(file)
                    case .setAside:
                        do throws(VaultError) {
                            try await setAside(answer, of: entry.app)
                            await free(file)
                        } catch { troubles.append(.found(file, of: entry.app, error.detail)) }
                    case .none(let reason):
                        troubles.append(.init(kind: .unclaimed, file: file.name, reason: reason))
                    }
                } catch {
                    guard error.code == .damaged || error.code == .notFound else { throw error }
                    troubles.append(.init(kind: .unclaimed, file: file.name, reason: error.detail))
                }
            }
        } catch let error {
            for new in report.replace([.init(kind: .unreadable, reason: "\(error)")]) { note(.spoolTrouble(new)) }
            return false
        }
        do throws(StoreError) { try await store.prepare() } catch {
            troubles.append(.init(kind: .unready, reason: error.description))
        }
        for (id, answers) in found { found[id] = answers.sorted { $0.answer.entry.call > $1.answer.entry.call } }
        // The vault gets an answer at once, if it can.
        for new in report.replace(troubles) where new.kind != .inSpool { note(.spoolTrouble(new)) }
        self.found = found
        isRead = true
        if !troubles.isEmpty { lookLater() }
        return true
    }

    private func rotation(_ id: String) async throws(VaultError) -> Rotation? {
        do throws(VaultError) { return try await vault.rotation(id: id).rotation } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    func claim(_ answer: SpooledAnswer, for rotation: Rotation?, of entry: AppEntry) -> SpoolClaim {
        SpoolClaim(answer, with: issuer.read(answer.answer)?.secret, for: rotation, of: entry)
    }

    /// Saves the secret of an answer that no rotation waits for in the vault. Its file can be freed then.
    func setAside(_ answer: SpooledAnswer, of app: App) async throws(VaultError) {
        guard let secret = issuer.read(answer.answer)?.secret else { return }
        FaultPoint.reach(.beforeSetAside)
        try await vault.setAside(secret, answeredAt: answer.entry.at, of: app)
        FaultPoint.reach(.afterSetAside)
    }

    /// Has the files read again: an answer was stored for a rotation that does not wait for it.
    func lookAgain(_ app: App) {
        waiting.remove(app.id)
        isRead = false
    }

    /// Whether no answer was found.
    var isEmpty: Bool { found.isEmpty }

    /// The answers that were found for a rotation, the newest call first.
    func answers(to rotation: Rotation) -> [Found] { found[rotation.id] ?? [] }

    /// Whether an answer was found that this rotation lacks.
    func has(for rotation: Rotation, of entry: AppEntry) -> Bool {
        answers(to: rotation).contains { claim($0.answer, for: rotation, of: entry) == .take }
    }

    /// Call it once the vault has the answer, or does not need it.
    func forget(_ answer: Found, of rotation: Rotation) async {
        found[rotation.id]?.removeAll { $0.file == answer.file }
        report.remove(file: answer.file.name)
        await free(answer.file)
    }

    // MARK: New keys

    /// Spool files contain copies of the vault's key slots and keyring, and so are written again when those change.
    /// - Returns: whether every answer that this vault sealed opens with the vault's present keys, and not with older
    ///   ones.
    func renew() async -> Bool {
        guard keeping == 0 else { return false }
        do {
            for file in try await store.files() {
                // A foreign or damaged file cannot be opened with any of our keys.
                guard let entry = try? SpoolEntry(reading: file.bytes), !entry.isUpToDate(with: vault),
                    let renewed = try? entry.renewed(for: vault)
                else { continue }
                // The new file first: two equal entries are recognised, and freed together.
                _ = try await store.save(renewed.encoded)
                try await store.free(file)
                isRead = false
            }
            return keeping == 0
        } catch {
            return false
        }
    }
}
