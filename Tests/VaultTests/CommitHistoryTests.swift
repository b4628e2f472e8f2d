import Audit
import Domain
import Synchronization
import TestSupport
import Testing

@testable import Vault

/// The chain of a vault's commits: what `check` finds in it, and what it says of two copies.
@Suite struct CommitHistoryTests {
    private let filled: FilledVault

    init() async throws { filled = try await FilledVault() }

    private func inspection(of store: MemoryStore) async throws -> Inspection {
        try await VaultInspector(store, with: .keyFile("k")).inspect()
    }

    /// A copy of the store in which `count` more changes were made.
    private func copy(of store: MemoryStore, changedBy count: Int) async throws -> MemoryStore {
        let copy = store.reopened()
        let vault = try await Vault.open(copy, with: .keyFile("k"), time: filled.time)
        for _ in 0..<count { try await vault.change { _ in } }
        return copy
    }

    @Test func `each commit adds one link, and the chain holds`() async throws {
        let links = try await filled.rows(of: .history)
        #expect(links.count == filled.vault.commits + 1, "one for the vault's making")
        let inspection = try await inspection(of: filled.store)
        #expect(inspection.findings.isEmpty && inspection.commits == filled.vault.commits)
        #expect(Set(links.map { $0.cells[1] }).count == links.count, "no two heads are the same")
    }

    @Test func `a link that is missing, exchanged or from another vault is found, and the vault still opens`()
        async throws
    {
        let links = try await filled.rows(of: .history)
        let foreign = try await FilledVault().rows(of: .history)
        let (middle, last) = (links[links.count / 2], links[links.count - 1])
        let attacks: [(String, @Sendable (any StoreTransaction) throws -> Void)] = [
            ("lacks change", { try $0.remove(from: .history, id: middle.id) }),
            ("ends with change", { try $0.remove(from: .history, id: last.id) }),
            ("history row", { try $0.put(foreign[links.count / 2]) }),
            (
                "history row",
                {
                    try $0.put(
                        SealedRow(table: .history, cells: [middle.cells[0], last.cells[1]], sealed: middle.sealed))
                }
            ),
        ]
        for (words, attack) in attacks {
            let findings = try await filled.inspected(after: attack)
            #expect(findings.contains { $0.severity == .error && $0.detail.contains(words) }, "\(words): \(findings)")
            #expect(try await filled.opened(after: attack) == .success(filled.picture))
        }
    }

    @Test func `a link of another branch of the same vault does not fit into the chain`() async throws {
        let branch = try await copy(of: filled.store, changedBy: 2)
        let here = try await copy(of: filled.store, changedBy: 2)
        let number = CommitNumber(filled.vault.commits + 1).text
        let link = try await branch.read { try #require(try $0.row(in: .history, id: number)) }
        try await here.write {
            try $0.put(link)
        } committed: { _ in
        }
        let findings = try await inspection(of: here).findings
        #expect(findings.contains { $0.detail.contains("does not follow") }, "\(findings)")
    }

    @Test func `two copies know which of them is older, and where they parted`() async throws {
        let old = try await inspection(of: filled.store)
        let newer = try await copy(of: filled.store, changedBy: 3)
        let one = try await inspection(of: newer)
        let other = try await inspection(of: copy(of: filled.store, changedBy: 5))
        #expect(old.relation(to: old) == .same)
        #expect(one.relation(to: old) == .newer(changes: 3) && old.relation(to: one) == .older(changes: 3))
        #expect(one.relation(to: other) == .diverged(after: filled.vault.commits))
        #expect(other.relation(to: one) == .diverged(after: filled.vault.commits))
        let stranger = try await inspection(of: FilledVault().store)
        #expect(one.relation(to: stranger) == .unknown, "another vault's history has no point in common")
    }

    @Test func `a copy that was put back beside a log with later changes is told from the way that it left`()
        async throws
    {
        let old = try await copy(of: filled.store, changedBy: 3)
        let lost = try await inspection(of: copy(of: old, changedBy: 4))
        // As after a restore: the next number is above those in the log.
        let back = old.reopened()
        let vault = try await Vault.open(back, with: .keyFile("k"), time: filled.time)
        vault.account.withLock {
            $0 = LogCursor($0.state, $0.node, beside: LogDirectory.Newest(commit: $0.state.commits + 40))
        }
        try await vault.change { _ in }
        let inspection = try await inspection(of: back)
        #expect(inspection.findings.isEmpty, "\(inspection.findings)")
        #expect(inspection.relation(to: lost) == .diverged(after: filled.vault.commits + 3))
        #expect(lost.relation(to: inspection) == .diverged(after: filled.vault.commits + 3))
        let put = try await self.inspection(of: old)
        #expect(inspection.relation(to: put) == .newer(changes: 1), "one change, whatever its number")
        #expect(put.relation(to: inspection) == .older(changes: 1))
    }

    @Test func `the newest links are kept, and of the older ones a few`() {
        #expect(HistoryRetention.expired(by: 4096) == nil)
        #expect(HistoryRetention.expired(by: 4097) == 1)
        #expect(HistoryRetention.expired(by: 4096 + 256) == nil)
        #expect(HistoryRetention.expired(by: 4096 + 257) == 257)
    }

    @Test func `a chain with expired links holds`() async throws {
        let long = try await copy(of: filled.store, changedBy: HistoryRetention.newest + 1)
        let inspection = try await inspection(of: long)
        #expect(inspection.findings.isEmpty, "\(inspection.findings)")
        #expect(inspection.history[filled.vault.commits] == nil && inspection.history[0] != nil)
        let old = try await self.inspection(of: filled.store)
        #expect(inspection.relation(to: old) == .unknown, "the link that would tell has expired")
    }

    @Test func `a vault that another process changed is not changed by this one`() async throws {
        let (store, old) = (filled.store, filled.vault)
        let new = try await Vault.open(store, with: .keyFile("k"), time: filled.time)
        try await new.change { _ in }
        let commits = store.commits
        for _ in 0..<2 {
            let error = try await #require(throws: VaultError.self) { try await old.change { _ in } }
            #expect(error.code == .store(.inUse) && error.detail.contains("another keyturnd changed this vault"))
            #expect(error.hint?.contains("stop the other keyturnd") == true)
        }
        #expect(store.commits == commits)
        try await new.change { _ in }
    }

    @Test func `a vault in a newer format is refused as one that a newer program wrote`() async throws {
        let result = try await filled.opened { transaction in
            let row = try #require(try transaction.row(in: .state, id: VaultState.id))
            try transaction.put(
                SealedRow(
                    table: .state, cells: [row.cells[0], .integer(2)] + row.cells.dropFirst(2), sealed: row.sealed))
        }
        #expect(result.code == .store(.newerFormat(found: 2, known: 1)))
    }
}
