import Domain
import SecretMemory
import Vault

/// The engine's knowledge of answers outside of the vault.
struct SpoolState {
    struct Found {
        let file: SpoolFile
        let answer: SpooledAnswer
    }

    /// By rotation, the newest call first.
    var found: [String: [Found]] = [:]
    var isRead = false
    var reading: Task<Bool, Never>?
    /// When to check again after a problem, in seconds of the boot clock.
    var nextLook: Int?
    /// The number of answers that are being written to a file.
    var keeping = 0
    /// Apps whose answer waits in a file until the vault can be written.
    var waiting: Set<String> = []
}

/// Stores answers that the vault cannot store in files, so that they survive this process, and moves them into the vault
/// later.
extension RotationEngine {
    /// Seconds between two checks after a problem.
    private static let look = 60

    /// Returns when the vault has the answer. The secret in it exists nowhere else, so this never gives up; once it is in
    /// a file, the process may end.
    func receive(_ answer: SecretBox, _ intended: Intended, _ app: App) async {
        let now = time.now.wall
        let facts = intended.receive(answer, at: now).facts
        var file: SpoolFile?
        var attempts = 0
        defer { report.set(nil, for: app.name) }
        FaultPoint.reach(.beforeSpool)
        while true {
            do throws(VaultError) {
                try await vault.advance(facts, of: app)
                FaultPoint.reach(.afterSpool)
                received.waiting.remove(app.id)
                if let file { await free(file) }
                return
            } catch {
                switch error.code {
                // A closed vault does not open again under this engine: its owner did not wait.
                case .closed, .store(.closed): return
                // The operator removed the app with force.
                case .notFound: return
                default: break
                }
                if file == nil { file = await keep(answer, intended.facts, app, because: error) }
                if file != nil, isStopping { return }
                refuseTurns(app.id)
            }
            attempts += 1
            try? await Task.sleep(for: .milliseconds(min(100 << min(attempts, 6), 5000)))
        }
    }

    private func keep(
        _ answer: SecretBox, _ rotation: Rotation, _ app: App, because error: VaultError
    ) async -> SpoolFile? {
        FaultPoint.reach(.beforeKeep)
        received.keeping += 1
        defer { received.keeping -= 1 }
        do {
            let entry = try SpoolEntry(answer, to: rotation, of: app, at: time.now.wall, for: vault)
            let file = try await store.keep(entry.encoded)
            FaultPoint.reach(.afterKeep)
            received.waiting.insert(app.id)
            report.set(.init(kind: .inSpool, app: app.name, file: file.name, reason: error.detail), for: app.name)
            note(.kept(app.name, file: file.name, error))
            return file
        } catch let other {
            report.set(.init(kind: .inMemory, app: app.name, reason: error.detail), for: app.name)
            note(.unstored(app.name, error, spool: "\(other)"))
            return nil
        }
    }

    /// A file that cannot be freed is found again, and freed then.
    private func free(_ file: SpoolFile) async {
        FaultPoint.reach(.beforeFree)
        do throws(StoreError) { try await store.free(file) } catch {
            note(.notFreed(file: file.name, error))
            lookAgainLater()
        }
        FaultPoint.reach(.afterFree)
    }

    // MARK: Answers of an earlier process

    /// Reads the spool once. Until that succeeds no rotation continues: an answer that seems lost may be there.
    func readSpool() async -> Bool {
        if received.isRead { return true }
        if let reading = received.reading { return await reading.value }
        let reading = Task { await self.lookIntoSpool() }
        received.reading = reading
        let isRead = await reading.value
        received.reading = nil
        return isRead
    }

    /// Reads the spool again after a problem.
    func lookAtSpoolAgain() async {
        if let next = received.nextLook, next <= time.now.boot { received.isRead = false }
        _ = await readSpool()
    }

    private func lookAgainLater() { received.nextLook = time.now.boot + Self.look }

    private func lookIntoSpool() async -> Bool {
        var troubles: [SpoolReport.Trouble] = []
        var found: [String: [SpoolState.Found]] = [:]
        received.nextLook = nil
        do {
            for file in try await store.files() {
                do throws(VaultError) {
                    let answer = try SpoolEntry(reading: file.bytes).open(by: vault)
                    let rotation = try await vault.rotation(id: answer.entry.rotationID).rotation
                    switch SpoolClaim(answer, for: rotation) {
                    case .take, .wait: found[rotation.id, default: []].append(.init(file: file, answer: answer))
                    case .free: await free(file)
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
        for new in report.replace(troubles) { note(.spoolTrouble(new)) }
        received.found = found
        received.isRead = true
        if !troubles.isEmpty { lookAgainLater() }
        return true
    }

    /// Whether an answer was found that this rotation lacks.
    func misses(_ rotation: Rotation) -> Bool {
        received.found[rotation.id]?.contains { SpoolClaim($0.answer, for: rotation) == .take } ?? false
    }

    /// Moves a found answer into the vault.
    /// - Returns: whether there was one, so that the rotation now has it.
    func takeFound(_ rotation: Rotation, _ app: App) async throws(VaultError) -> Bool {
        for found in received.found[rotation.id] ?? [] {
            switch SpoolClaim(found.answer, for: rotation) {
            case .take:
                guard let state = RotationState(rotation).finding(found.answer.answer, at: time.now.wall) else {
                    continue
                }
                FaultPoint.reach(.beforeClaim)
                try await vault.advance(state.facts, of: app)
                FaultPoint.reach(.afterClaim)
                note(.found(app.name, file: found.file.name))
                await forget(found, of: rotation)
                return true
            case .free: await forget(found, of: rotation)
            case .wait, .none: break
            }
        }
        return false
    }

    private func forget(_ found: SpoolState.Found, of rotation: Rotation) async {
        received.found[rotation.id]?.removeAll { $0.file == found.file }
        await free(found.file)
    }
}
