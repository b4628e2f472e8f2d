import Domain
import SecretMemory
import TestSupport
import Vault

/// A vault with rows in every table, two wherever there can be two, and what it serves.
struct FilledVault {
    let store = MemoryStore()
    let time = ManualTime()
    private let log = HalfWrittenLog()
    let vault: Vault
    let picture: VaultPicture

    /// The ways in by the id of the key slot that each opens.
    static let ways = ["1": "k" as Character, "2": "j"]

    init() async throws {
        try await Vault.create(in: store, unlockKeys: [.keyFile("k"), .keyFile("j")])
        vault = try await Vault.open(store, with: .keyFile("k"), log: HalfWrittenLog.directory, time: time)
        vault.attach(log)
        try await vault.fill(at: time.now, marked: "new")
        picture = VaultPicture(vault)
    }

    /// What a copy of the store serves after `change` was made behind the vault's back.
    func opened(
        by way: Character = "k", after change: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> Result<VaultPicture, VaultError> {
        let copy = store.reopened()
        try await copy.write(change) { _ in }
        return await Self.opened(copy, by: way, time: time)
    }

    /// What an inspection says after `change` was made behind the vault's back.
    func inspected(
        after change: @escaping @Sendable (any StoreTransaction) throws -> Void
    ) async throws -> [Finding] {
        let copy = store.reopened()
        try await copy.write(change) { _ in }
        do throws(VaultError) {
            return try await VaultInspector(copy, with: .keyFile("k")).inspect().findings
        } catch {
            return [Finding(.fatal, "vault.db", error.detail)]
        }
    }

    static func opened(
        _ store: MemoryStore, by way: Character = "k", time: ManualTime
    ) async -> Result<VaultPicture, VaultError> {
        do throws(VaultError) {
            return .success(VaultPicture(try await Vault.open(store, with: .keyFile(way), time: time)))
        } catch {
            return .failure(error)
        }
    }

    func rows(of table: SealedTable) async throws -> [SealedRow] {
        try await store.read { transaction in
            var rows: [SealedRow] = []
            try transaction.forEachRow(in: table) { rows.append($0) }
            return rows
        }
    }
}

extension Vault {
    /// Two apps with token, refusals, rotation, late secret, receipt and push target, and two clients, whose values carry the mark.
    func fill(at now: Moment, marked mark: String) async throws {
        let apps = [
            App.sample("alpha"),
            App.sample(
                "beta", environment: .custom(tokenURL: "https://localhost:1/\(mark)", apiURL: "https://localhost:2")),
        ]
        for app in apps {
            try await add(app, clientSecret: SecretBox("secret-\(mark)-of-\(app.name)"))
            let token = Token.sample("token-\(mark)-of-\(app.name)", issuedAt: now.wall)
            try await save(SeenToken(token: token, seen: now, minted: true), for: app)
            try await save(.sample([now.wall, now.wall + 1]), for: app)
            var rotation = Rotation.planned(
                id: "rotation-of-\(app.name)", app: app, base: .first, trigger: .operator, overlap: 60, at: now.wall)
            rotation.answer = SecretBox("answer-\(mark)-to-\(app.name)")
            try await begin(rotation, of: app)
            try await setAside(SecretBox("late-\(mark)-of-\(app.name)"), answeredAt: now.wall, of: app)
            let receipt = Receipt(
                holder: Holder(node: .first, client: .test("one")), generation: .first, secret: mark, at: now.wall,
                isAcknowledged: mark == "new")
            try await save([(app, receipt)])
            let probe = SchedulerState.Probe(
                generation: .first, at: now.wall, cause: .invalidClient, reason: mark, missingScopes: ["scim2"])
            let schedulerState = SchedulerState(
                rotation: .init(base: .first, due: now.wall + 60), probe: probe,
                scope: .init(at: now.wall, lack: mark == "new" ? .missingScopes : .unsupportedGrant))
            try await save([(app, schedulerState)])
            let target = PushTarget.sample(
                "console-\(app.name)", of: app, login: .basic(user: mark, password: SecretBox("password-\(mark)")))
            try await add(target)
            var delivery = Delivery()
            delivery.generation = .first
            delivery.known = Sighting(secret: mark, savedAt: mark, rest: mark)
            try await save(delivery, of: target)
        }
        try await add(.sample("one", user: mark))
        try await add(
            .sample("two", uid: 2000, grants: [Grant(target: .app(.test("alpha")), permissions: [.token])]))
    }

    /// Takes out what ``fill(at:marked:)`` put in.
    func empty() async throws {
        for entry in catalog.apps { try await removeApp(entry.app.name) }
        for client in catalog.clients { try await removeClient(client.name) }
    }
}

extension Result where Success == VaultPicture, Failure == VaultError {
    /// Whether the vault was refused as damaged, in words that contain `words`.
    func isDamaged(naming words: String = "") -> Bool {
        guard case .failure(let error) = self, error.code == .damaged else { return false }
        return words.isEmpty || error.detail.contains(words)
    }

    /// Why the vault was refused, if it was.
    var code: VaultError.Code? {
        guard case .failure(let error) = self else { return nil }
        return error.code
    }
}
