import Domain
import Envelope
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// Ways in that come and go while the vault is open.
@Suite struct UnlockMethodChangesTests {
    private let store = MemoryStore()
    private let time = ManualTime()
    private let vault: Vault
    private let recovery: SecretBox

    init() async throws {
        recovery = SecretBox(try RecoveryKey.generate().rendered())
        let first = UnlockKey(.recovery(try recovery.bytes.withSpan { try RecoveryKey(reading: $0) }))
        try await Vault.create(in: store, unlockKeys: [.keyFile(), first], at: time.now.wall)
        vault = try await Vault.open(store, with: .keyFile(), time: time)
        try await vault.fill(at: time.now, marked: "new")
    }

    private func recoveryWay() throws -> UnlockKey {
        UnlockKey(.recovery(try recovery.bytes.withSpan { try RecoveryKey(reading: $0) }))
    }

    private static func passphrase(_ text: String = "correct horse battery") -> UnlockKey {
        UnlockKey(.passphrase(SecretBytes(copying: text)))
    }

    private func code(_ way: UnlockKey, _ store: MemoryStore? = nil) async -> VaultError.Code? {
        do throws(VaultError) {
            let again = try await Vault.open(store ?? self.store.reopened(), with: way, time: time)
            #expect(VaultPicture(again) == VaultPicture(vault))
            return nil
        } catch {
            return error.code
        }
    }

    private func rows(_ store: MemoryStore, _ tables: [SealedTable]) async throws -> [SealedRow] {
        try await store.read { transaction in
            var rows: [SealedRow] = []
            for table in tables { try transaction.forEachRow(in: table) { rows.append($0) } }
            return rows
        }
    }

    private func refusal(_ body: () async throws(VaultError) -> Void) async -> VaultError? {
        do throws(VaultError) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `an added unlock key opens the vault, and nothing else is touched`() async throws {
        let tables = SealedTable.all.filter { ![.state, .nodeState, .history, .unlockMethod, .keySlot].contains($0) }
        let before = try await rows(store, tables)
        let slots = try await rows(store, [.keySlot])
        let added = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        #expect(added.id == "3" && vault.unlockMethods.map(\.id) == ["1", "2", "3"])
        #expect(try await rows(store, tables) == before)
        #expect(try await rows(store, [.keySlot]).prefix(2) == slots[...])
        #expect(await [code(.keyFile("n")), code(.keyFile())] == [nil, nil])
        #expect(await [code(try recoveryWay()), code(.keyFile("m"))] == [nil, .wrongKey])
        #expect(vault.damagedSlots == [])
    }

    @Test func `a removed unlock key opens nothing, the others do, and its number is named`() async throws {
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        let others = SealedTable.inEpochs.filter { ![.nodeState, .history, .unlockMethod].contains($0) }
        let before = try await rows(store, others)
        try await vault.removeUnlockMethod("1")
        #expect(await [code(.keyFile()), code(.keyFile("n"))] == [.wrongKey, nil])
        #expect(await code(try recoveryWay()) == nil)
        #expect(vault.unlockMethods.map(\.id) == ["2", "3"] && vault.damagedSlots == [])
        #expect(try await rows(store, others) == before)
        // And with the vault opened by what is left, it goes on.
        let again = try await Vault.open(store.reopened(), with: .keyFile("n"), time: time)
        #expect(again.unlockMethods.map(\.id) == ["2", "3"] && again.damagedSlots == [])
    }

    /// Somebody has the secret of a removed way, its slot from an old copy, and the file as it is now.
    @Test func `a removed slot does not lead to the current keys of the vault`() async throws {
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        let old = try await rows(store, [.keySlot])
        try await vault.removeUnlockMethod("1")
        let ring = try #require(try await rows(store, [.keyring]).first).sealed
        for (row, way) in [(old[0], UnlockKey.keyFile()), (old[2], .keyFile("n"))] {
            let key = try KeySlot(bytes: row.sealed).unwrap(with: way.secret)
            #expect(throws: EnvelopeError.notAuthentic) { _ = try Keyring(opening: ring, under: key) }
        }
        let copy = store.reopened()
        try await copy.write {
            try $0.put(old[0])
        } committed: { _ in
        }
        #expect(await code(.keyFile(), copy) == .damaged)
        #expect(await code(.keyFile("n"), copy) == .damaged, "a slot too many: somebody was at it")
        // Of a way that is still there, an older slot opens nothing, and the others go on.
        let other = store.reopened()
        try await other.write {
            try $0.put(old[1])
        } committed: { _ in
        }
        #expect(await code(try recoveryWay(), other) == .damaged)
        let opened = try await Vault.open(other, with: .keyFile("n"), time: time)
        #expect(opened.damagedSlots == ["2"])
    }

    @Test func `the only unlock key stays, of whatever kind it is`() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let refused = await refusal { () throws(VaultError) in try await vault.removeUnlockMethod("1") }
        #expect(refused?.code == .ended && refused?.detail.contains("last one") == true)
        #expect(try await Vault.open(store.reopened(), with: .keyFile(), time: time).unlockMethods.map(\.id) == ["1"])
    }

    @Test func `there are at most 32 unlock keys`() async throws {
        for _ in 3...32 { _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall) }
        let refused = await refusal { () throws(VaultError) in
            _ = try await vault.addUnlockMethod(.keyFile("o"), at: time.now.wall)
        }
        #expect(refused?.code == .ended && vault.unlockMethods.count == 32)
        #expect(await code(.keyFile("o")) == .wrongKey)
        #expect(await code(.keyFile("n")) == nil)
    }

    @Test func `the last unlock key and the last recovery key stay`() async throws {
        let last = await refusal { () throws(VaultError) in try await vault.removeUnlockMethod("2") }
        #expect(last?.code == .ended && last?.detail.contains("last recovery key") == true)
        #expect(last?.hint?.contains("--recovery") == true)
        try await vault.removeUnlockMethod("1")
        #expect(await refusal { () throws(VaultError) in try await vault.removeUnlockMethod("2") }?.code == .ended)
        #expect(await refusal { () throws(VaultError) in try await vault.removeUnlockMethod("9") }?.code == .notFound)
        // A new recovery key, and the old one may go.
        _ = try await vault.addUnlockMethod(UnlockKey(.recovery(try RecoveryKey.generate())), at: time.now.wall)
        let old = try recoveryWay()
        try await vault.removeUnlockMethod("2")
        #expect(await code(old) == .wrongKey)
        #expect(vault.unlockMethods.map(\.id) == ["3"])
    }

    @Test func `a passphrase's cost is kept with it, and can be raised`() async throws {
        let cheap = try await vault.addUnlockMethod(Self.passphrase(), at: time.now.wall, scrypt: .least)
        #expect(cheap.recipient.scrypt == .least)
        let dear = try await vault.addUnlockMethod(
            Self.passphrase(), at: time.now.wall, scrypt: ScryptParameters(logN: 15, r: 8, p: 1))
        try await vault.removeUnlockMethod(cheap.id)
        #expect(await code(Self.passphrase()) == nil)
        #expect(await code(Self.passphrase("correct horse battera")) == .wrongKey)
        let again = try await Vault.open(store.reopened(), with: Self.passphrase(), time: time)
        #expect(again.unlockMethods.first { $0.id == dear.id }?.recipient.scrypt?.logN == 15)
    }

    @Test func `a key that cannot guard a vault, or cannot be written, adds nothing`() async throws {
        let before = try await rows(store, SealedTable.all)
        for way in [Self.passphrase("short"), UnlockKey(.keyFile(SecretBytes(copying: "short")))] {
            #expect(
                await refusal { () throws(VaultError) in _ = try await vault.addUnlockMethod(way, at: time.now.wall) }?
                    .code
                    == .unfit)
        }
        store.failCommits(with: StoreError(.diskFull, "full"))
        #expect(
            await refusal { () throws(VaultError) in
                _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
            }?
            .code
                == .store(.diskFull))
        #expect(
            await refusal { () throws(VaultError) in try await vault.removeUnlockMethod("1") }?.code
                == .store(.diskFull))
        store.failCommits(with: nil)
        #expect(try await rows(store, SealedTable.all) == before && vault.unlockMethods.map(\.id) == ["1", "2"])
        try await vault.removeUnlockMethod("1")
        #expect(await code(try recoveryWay()) == nil)
    }

    @Test func `a slot that was damaged or deleted is named, and can be replaced`() async throws {
        for change: @Sendable (any StoreTransaction) throws -> Void in [
            { try $0.remove(from: .keySlot, id: "2") },
            { transaction in
                let row = try #require(try transaction.row(in: .keySlot, id: "2"))
                try transaction.put(
                    SealedRow(
                        table: .keySlot, cells: row.cells, sealed: row.sealed.dropLast() + [(row.sealed.last ?? 0) ^ 1])
                )
            },
        ] {
            let copy = store.reopened()
            try await copy.write(change) { _ in }
            let opened = try await Vault.open(copy, with: .keyFile(), time: time)
            #expect(opened.damagedSlots == ["2"] && VaultPicture(opened) == VaultPicture(vault))
            // Any change of the ways that renews the others' slots mends it: its recipient is sealed in the vault.
            _ = try await opened.addUnlockMethod(.keyFile("n"), at: time.now.wall)
            try await opened.removeUnlockMethod("3")
            #expect(opened.damagedSlots == [])
            #expect(await code(try recoveryWay(), copy) == nil)
        }
    }

    @Test func `a check of every row names a slot that was put back, changed or deleted`() async throws {
        _ = try await vault.addUnlockMethod(.keyFile("n"), at: time.now.wall)
        let old = try await rows(store, [.keySlot])
        try await vault.removeUnlockMethod("1")
        #expect(try await vault.inspect(store.reopened()).findings == [])
        let cut = SealedRow(table: .keySlot, cells: old[2].cells, sealed: Array(old[2].sealed.dropLast()))
        for (words, severity, slot) in [
            ("key slot 1 was removed", .fatal, old[0]), ("key slot 2 is not the one", .error, old[1]),
            ("key slot 3 is missing", .error, nil), ("key slot 3 is damaged", .error, cut),
        ] as [(String, Finding.Severity, SealedRow?)] {
            let copy = store.reopened()
            try await copy.write { transaction in
                guard let slot else { return _ = try transaction.remove(from: .keySlot, id: "3") }
                try transaction.put(slot)
            } committed: { _ in
            }
            let findings = try await vault.inspect(copy).findings
            #expect(findings.count == 1 && findings.first?.severity == severity, "\(findings)")
            #expect(findings.first?.detail.hasPrefix(words) == true, "\(findings)")
        }
    }

    @Test func `a copy of before a key went is looked at with the keys of its moment`() async throws {
        try await vault.beginEpoch()
        let copy = store.reopened()
        var cursor: ResealCursor? = ResealCursor()
        while let from = cursor { cursor = try await vault.reseal(from: from, limit: 100).next }
        try await vault.dropOldEpochs()
        #expect(try await vault.inspect(copy).findings == [])
    }

    @Test func `two changes at the same moment do not undo each other`() async throws {
        async let one: Void = refusalOfAdding("n")
        async let two: Void = refusalOfAdding("o")
        async let three: Void = refusalOfAdding("p")
        _ = await (one, two, three)
        let again = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        #expect(again.unlockMethods.map(\.id) == vault.unlockMethods.map(\.id) && again.damagedSlots == [])
        #expect(vault.unlockMethods.count >= 3 && Set(vault.unlockMethods.map(\.id)).count == vault.unlockMethods.count)
    }

    private func refusalOfAdding(_ letter: Character) async {
        let refusal = await refusal { () throws(VaultError) in
            _ = try await vault.addUnlockMethod(.keyFile(letter), at: time.now.wall)
        }
        #expect(refusal == nil || refusal?.code == .busy)
    }
}
