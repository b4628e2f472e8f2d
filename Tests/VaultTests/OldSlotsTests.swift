import SecretMemory
import TestSupport
import Testing
import Times

@testable import Envelope
@testable import Vault

/// A vault of a version that had slots of the old format and no list of ways.
@Suite struct OldSlotsTests {
    private let store = MemoryStore()
    private let time = ManualTime()

    init() async throws {
        let keyring = try Keyring.generate()
        let key = try Random.secret()
        var rows = [
            SealedRow(table: .keyring, cells: [.text(Vault.keyringID)], sealed: try keyring.sealed(under: key)),
            try Sealer(keyring: keyring).seal(VaultState()),
        ]
        for (id, letter) in [("1", "k"), ("2", "j")] as [(String, Character)] {
            rows.append(SealedRow(try Self.oldSlot(key, id: id, with: UnlockWay.keyFile(letter).secret)))
        }
        let written = rows
        try await store.write {
            for row in written { try $0.put(row) }
        } committed: {
        }
    }

    /// As it was made then.
    private static func oldSlot(
        _ key: borrowing SecretBytes, id: String, with secret: borrowing UnlockSecret
    ) throws -> KeySlot {
        let salt = [UInt8](repeating: 7, count: 32)
        let header = [1] + [UInt8](texts: secret.kind.rawValue, id) + salt
        let wrapping = try secret.encryptionKey(salt: salt, scrypt: nil)
        let sealed = try key.withSpan { try Seal.seal($0, header: header, key: wrapping) }
        return try KeySlot(bytes: sealed + Checksum.of(sealed, purpose: "keyturn key slot checksum v1", count: 8))
    }

    private func open(_ letter: Character = "k") async throws(VaultError) -> Vault {
        try await Vault.open(store, with: .keyFile(letter), time: time)
    }

    private func isOld(_ id: String) async throws -> Bool {
        let row = try await store.read { try $0.row(in: .keySlot, id: id) }
        return try KeySlot(bytes: try #require(row).sealed).isOld
    }

    @Test func `it opens, and the slot that was used is made anew`() async throws {
        let vault = try await open()
        #expect(vault.ways.map(\.id) == ["1", "2"] && vault.ways.map { $0.seat == nil } == [false, true])
        #expect(try await [isOld("1"), isOld("2")] == [false, true] && vault.damagedSlots == [])
        try await vault.add(.sample("alpha"), clientSecret: SecretBox("s"))
        let other = try await open("j")
        #expect(try await isOld("2") == false)
        #expect(other.ways.allSatisfy { $0.seat != nil } && other.damagedSlots == [])
        #expect(try await open().catalog.apps.count == 1)
    }

    @Test func `a secret that is given while the vault is open renews its slot`() async throws {
        let vault = try await open()
        await #expect { try await vault.prove(.keyFile("x")) } throws: { ($0 as? VaultError)?.code == .wrongKey }
        try await vault.prove(.keyFile("j"))
        #expect(vault.ways.allSatisfy { $0.seat != nil } && vault.damagedSlots == [])
        try await vault.removeWay("1")
        #expect(try await open("j").ways.map(\.id) == ["2"])
    }

    @Test func `no way goes while one is left that could not follow`() async throws {
        let vault = try await open()
        _ = try await vault.addWay(.keyFile("n"), at: time.now.wall)
        await #expect {
            try await vault.removeWay("1")
        } throws: {
            ($0 as? VaultError)?.code == .ended && ($0 as? VaultError)?.detail.contains("slot 2") == true
        }
        try await vault.removeWay("2")
        try await vault.removeWay("1")
        #expect(try await open("n").ways.map(\.id) == ["3"])
    }

    @Test func `a disk that takes nothing keeps nobody out`() async throws {
        store.failCommits(with: StoreError(.readOnly, "read-only"))
        #expect(try await open().ways.isEmpty)
        #expect(try await isOld("1"))
        store.failCommits(with: nil)
        #expect(try await open().ways.count == 2)
    }
}
