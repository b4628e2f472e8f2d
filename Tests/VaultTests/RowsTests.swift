import Domain
import TestSupport
import Testing

@testable import Vault

/// Rows are the only statement of a change: whatever happened, what is served is what a new process would read out of them.
@Suite struct RowsTests {
    @Test(arguments: 1...4)
    func `after any changes, some of which the disk refuses, the catalog is what the rows say`(seed: UInt64)
        async throws
    { try await check(seed: seed) }

    @Test func `the same holds with a new random seed`() async throws {
        try await check(seed: UInt64.random(in: 1000...UInt64.max))
    }

    private func check(seed: UInt64) async throws {
        let (store, time) = (MemoryStore(), ManualTime())
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), log: HalfWrittenLog.directory, time: time)
        let log = HalfWrittenLog()
        vault.attach(log)
        try vault.setHost("machine")
        var changes = RandomChanges(vault: vault, time: time, dice: Dice(seed))
        var (done, refused) = (0, 0)
        for step in 0..<80 {
            time.pass(1 + changes.dice.below(5))
            let fails = changes.dice.below(6) == 0
            if fails { store.failCommits(with: StoreError(.diskFull, "full")) }
            let before = Served(vault)
            let name: String
            do {
                name = try await changes.next()
                done += 1
            } catch let error as VaultError {
                refused += 1
                name = "\(error)"
                #expect(Served(vault) == before, "seed \(seed), step \(step): shown, and not done: \(name)")
            }
            store.failCommits(with: nil)
            let next = try await Vault.open(
                store.reopened(), with: .keyFile(), log: HalfWrittenLog.directory, time: time)
            try next.setHost("machine")
            try #require(Served(vault) == Served(next), "seed \(seed), step \(step): \(name)")
        }
        #expect(done > 12 && refused > 2, "seed \(seed): hardly anything happened")
    }
}

/// All that memory holds of the rows.
private struct Served: Equatable {
    let picture: VaultPicture
    let others: [String]

    init(_ vault: Vault) {
        picture = VaultPicture(vault)
        let ways = vault.unlockMethods.map { "\($0.id) \($0.kind) \($0.slotDigest)" }
        others =
            ways + vault.damagedSlots + vault.keySlots.slots.map(\.id)
            + ["\(vault.keyEpoch)", "\(vault.commits)", "\(vault.auditHead)", "\(vault.isOwnedElsewhere)"]
            + ["\(String(describing: vault.auditTrouble))", "\(vault.catalog.policies.needs(of: 1000).rawValue)"]
    }
}
