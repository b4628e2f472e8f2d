import Domain
import Envelope
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// A new key epoch, and every row brought into it.
@Suite struct ResealingTests {
    private let filled: FilledVault
    private var vault: Vault { filled.vault }

    init() async throws { filled = try await FilledVault() }

    private func epochs(_ table: SealedTable) async throws -> [UInt32] {
        try await filled.rows(of: table).map { try Keyring.epoch(ofSealed: $0.sealed) }
    }

    private func resealAll(limit: Int = 100, each: () async throws -> Void = {}) async throws {
        var cursor: ResealCursor? = ResealCursor()
        while let from = cursor {
            cursor = try await vault.reseal(from: from, limit: limit).next
            try await each()
        }
    }

    private func code(_ body: () async throws(VaultError) -> Void) async -> VaultError.Code? {
        do throws(VaultError) {
            try await body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [1, 2, 7, 1000]) func `after each commit the vault opens with all that it had`(limit: Int)
        async throws
    {
        try await vault.beginEpoch()
        #expect(vault.keyEpoch == 2 && vault.hasOldEpochs)
        let begun = try await vault.resealing()
        #expect(begun.done == 0 && begun.rows > 15)
        var commits = 0
        try await resealAll(limit: limit) {
            commits += 1
            let opened = try await filled.opened { _ in }
            #expect(opened == .success(filled.picture))
        }
        #expect(commits >= begun.rows / limit)
        let ended = try await vault.resealing()
        #expect(ended.done == ended.rows && ended.rows > begun.rows, "each commit adds a link")
        try await vault.dropOldEpochs()
        #expect(!vault.hasOldEpochs && vault.keyEpoch == 2)
        for table in SealedTable.inEpochs + [.state] { #expect(try await Set(epochs(table)) == [2], "\(table.name)") }
        for way in FilledVault.ways.values {
            #expect(
                await FilledVault.opened(filled.store.reopened(), by: way, time: filled.time)
                    == .success(filled.picture))
        }
    }

    @Test func `rows written meanwhile are in the new epoch and stay`() async throws {
        try await vault.beginEpoch()
        _ = try await vault.reseal(from: ResealCursor(), limit: 3)
        try await vault.add(.sample("gamma"), clientSecret: SecretBox("third"))
        try await vault.removeClient(.test("one"))
        try await resealAll(limit: 3)
        try await vault.dropOldEpochs()
        #expect(try await filled.opened { _ in } == .success(VaultPicture(vault)))
        #expect(vault.catalog.app(.test("gamma")) != nil && vault.catalog.client(.test("one")) == nil)
    }

    @Test(arguments: SealedTable.inEpochs) func `no key goes while a row of any table needs it`(table: SealedTable)
        async throws
    {
        let old = try #require(try await filled.rows(of: table).last)
        try await vault.beginEpoch()
        try await resealAll()
        let new = try await filled.rows(of: table)
        try await filled.store.write {
            try $0.put(old)
        } committed: { _ in
        }
        let before = try await filled.rows(of: .keyring)
        #expect(await code { () throws(VaultError) in try await vault.dropOldEpochs() } == .busy)
        #expect(try await filled.rows(of: .keyring) == before && vault.hasOldEpochs)
        try await filled.store.write {
            for row in new { try $0.put(row) }
        } committed: { _ in
        }
        try await vault.dropOldEpochs()
        #expect(try await filled.opened { _ in } == .success(filled.picture))
    }

    @Test func `an old row that is put back after the end opens nothing`() async throws {
        var old: [SealedRow] = []
        for table in SealedTable.counted { old += try await filled.rows(of: table) }
        try await vault.beginEpoch()
        try await resealAll()
        try await vault.dropOldEpochs()
        for row in old { #expect(try await filled.opened { try $0.put(row) }.isDamaged(), "\(row.table.name)") }
    }

    @Test func `the vault allows one rotation at a time`() async throws {
        try await vault.beginEpoch()
        #expect(await code { () throws(VaultError) in try await vault.beginEpoch() } == .busy)
        try await resealAll()
        try await vault.dropOldEpochs()
        try await vault.beginEpoch()
        #expect(vault.keyEpoch == 3)
    }

    @Test func `a process that opens the vault in the middle carries on`() async throws {
        try await vault.beginEpoch()
        _ = try await vault.reseal(from: ResealCursor(), limit: 5)
        let again = try await Vault.open(filled.store, with: .keyFile("j"), time: filled.time)
        #expect(again.hasOldEpochs && again.keyEpoch == 2)
        #expect(try await again.resealing().done == 6, "five rows, and the commit's own link")
        var cursor: ResealCursor? = ResealCursor()
        while let from = cursor { cursor = try await again.reseal(from: from, limit: 4, looked: 6).next }
        try await again.dropOldEpochs()
        #expect(await FilledVault.opened(filled.store, time: filled.time) == .success(filled.picture))
    }

    @Test func `a disk that is full stops it and loses nothing`() async throws {
        filled.store.failCommits(with: StoreError(.diskFull, "full"))
        #expect(await code { () throws(VaultError) in try await vault.beginEpoch() } == .store(.diskFull))
        #expect(!vault.hasOldEpochs && vault.keyEpoch == 1)
        filled.store.failCommits(with: nil)
        try await vault.beginEpoch()
        filled.store.failCommits(with: StoreError(.diskFull, "full"))
        #expect(
            await code { () throws(VaultError) in _ = try await vault.reseal(from: ResealCursor(), limit: 9) }
                == .store(.diskFull))
        #expect(await code { () throws(VaultError) in try await vault.dropOldEpochs() } != nil && vault.hasOldEpochs)
        filled.store.failCommits(with: nil)
        #expect(try await filled.opened { _ in } == .success(filled.picture))
        try await resealAll()
        try await vault.dropOldEpochs()
        #expect(try await filled.opened { _ in } == .success(filled.picture))
    }

    @Test func `a damaged row stops it, unless Zoom or the clients give it again`() async throws {
        func damage(_ table: SealedTable) async throws -> SealedRow {
            let row = try #require(try await filled.rows(of: table).first)
            let bad = SealedRow(
                table: table, cells: row.cells, sealed: row.sealed.dropLast() + [(row.sealed.last ?? 0) ^ 1])
            try await filled.store.write {
                try $0.put(bad)
            } committed: { _ in
            }
            return row
        }
        _ = try await damage(.token)
        try await vault.beginEpoch()
        try await resealAll()
        #expect(try await filled.rows(of: .token).count == 1)
        let good = try await damage(.app)
        try await vault.dropOldEpochs()
        try await vault.beginEpoch()
        #expect(
            await code { () throws(VaultError) in _ = try await vault.reseal(from: ResealCursor(), limit: 99) }
                == .damaged)
        #expect(await code { () throws(VaultError) in try await vault.dropOldEpochs() } == .busy)
        try await filled.store.write {
            try $0.put(good)
        } committed: { _ in
        }
        #expect(vault.hasOldEpochs)
    }

    @Test func `a vault that is closed in the middle changes nothing more`() async throws {
        try await vault.beginEpoch()
        vault.close()
        #expect(
            await code { () throws(VaultError) in _ = try await vault.reseal(from: ResealCursor(), limit: 9) }
                == .closed)
        #expect(await code { () throws(VaultError) in try await vault.dropOldEpochs() } == .closed)
    }
}
