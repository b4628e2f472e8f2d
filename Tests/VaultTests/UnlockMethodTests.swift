import Domain
import Envelope
import SecretMemory
import TestSupport
import Testing
import Vault

@Suite struct UnlockMethodTests {
    private static let passphrase = "correct horse battery"

    private static func passphraseWay(_ text: String = passphrase) -> UnlockKey {
        UnlockKey(.passphrase(SecretBytes(copying: text)))
    }

    private func code(_ store: any SealedStore, _ way: UnlockKey) async -> VaultError.Code? {
        do throws(VaultError) {
            _ = try await Vault.open(store, with: way, time: ManualTime())
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `each unlock key opens the vault, and no other secret of any kind does`() async throws {
        let printed = try RecoveryKey.generate().rendered()
        func recovery() throws -> UnlockKey {
            UnlockKey(.recovery(try printed.withSpan { try RecoveryKey(reading: $0) }))
        }
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile(), Self.passphraseWay(), try recovery()])
        #expect(await code(store, .keyFile()) == nil)
        #expect(await code(store, Self.passphraseWay()) == nil)
        #expect(await code(store, try recovery()) == nil)

        #expect(await code(store, .keyFile("x")) == .wrongKey)
        #expect(await code(store, Self.passphraseWay(Self.passphrase + " ")) == .wrongKey)
        #expect(await code(store, UnlockKey(.recovery(try RecoveryKey.generate()))) == .wrongKey)
        // The right bytes as the wrong kind of secret.
        #expect(
            await code(store, UnlockKey(.keyFile(SecretBytes(copying: Self.passphrase + Self.passphrase)))) == .wrongKey
        )
        #expect(await code(store, Self.passphraseWay(String(repeating: "k", count: 32))) == .wrongKey)
    }

    @Test(arguments: [0, 1, 31, 4097, 100_000])
    func `a secret of a length that none can have is a wrong key, and not damage`(count: Int) async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let way = UnlockKey(.keyFile(SecretBytes(copying: String(repeating: "k", count: count))))
        #expect(await code(store, way) == .wrongKey)
        #expect(await code(store, Self.passphraseWay(String(repeating: "k", count: count))) == .wrongKey)
    }

    @Test func `a vault that has no slot for a kind of secret says so`() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        #expect(await code(store, Self.passphraseWay()) == .wrongKey)
        #expect(await code(store, UnlockKey(.recovery(try RecoveryKey.generate()))) == .wrongKey)
    }

    @Test func `two secrets of one kind open one vault`() async throws {
        let filled = try await FilledVault()
        for way in FilledVault.ways.values {
            #expect(await FilledVault.opened(filled.store, by: way, time: filled.time) == .success(filled.picture))
        }
    }

    @Test func `a vault is created once, and a second creation is refused and changes nothing`() async throws {
        let filled = try await FilledVault()
        let commits = filled.store.commits
        await #expect {
            try await Vault.create(in: filled.store, unlockKeys: [.keyFile("x")])
        } throws: {
            ($0 as? VaultError)?.code == .exists
        }
        #expect(filled.store.commits == commits)
        #expect(await FilledVault.opened(filled.store, time: filled.time) == .success(filled.picture))
        #expect(await code(filled.store, .keyFile("x")) == .wrongKey)
    }

    @Test(arguments: ["", "short", "elevenbytes"])
    func `a passphrase that is too easy, and a key file of a wrong length, create no vault`(text: String) async throws {
        let store = MemoryStore()
        for way in [Self.passphraseWay(text), UnlockKey(.keyFile(SecretBytes(copying: text)))] {
            await #expect(throws: VaultError.self) { try await Vault.create(in: store, unlockKeys: [.keyFile(), way]) }
        }
        #expect(store.commits == 0)
    }

    @Test func `a store with nothing in it is no vault`() async {
        #expect(await code(MemoryStore(), .keyFile()) == .damaged)
    }

    @Test func `neither an error nor a vault says anything about a secret`() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile("k")])
        do {
            _ = try await Vault.open(store, with: .keyFile("q"), time: ManualTime())
            Issue.record("opened by a wrong key")
        } catch {
            #expect(!String(reflecting: error).contains("qqqq"))
        }
        let vault = try await Vault.open(store, with: .keyFile("k"), time: ManualTime())
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("canary-secret"))
        var dumped = ""
        dump(vault, to: &dumped)
        dump(vault.catalog.apps, to: &dumped)
        #expect(!dumped.contains("canary") && dumped.contains("<secret>"))
    }
}
