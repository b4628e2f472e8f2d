import Domain
import Envelope
import SecretJSON
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// Rows that are sealed as they should be, by a newer program or a broken one, and say what this program does not know.
@Suite struct UnknownMemberTests {
    /// Writes a record's row with its document changed, sealed and counted by the rules.
    private func rewritten<R: Record>(
        _ type: R.Type, _ change: @escaping @Sendable (String) -> String
    ) async throws -> (Result<VaultPicture, VaultError>, FilledVault) {
        let filled = try await FilledVault()
        let sealer = try await Self.sealer(of: filled.store)
        let result = try await filled.opened { transaction in
            var rows: [SealedRow] = []
            try transaction.forEachRow(in: R.table) { rows.append($0) }
            let old = try #require(rows.first)
            let document = text(
                try sealer.keyring.open(
                    old.sealed, table: R.table.name, row: old.id, associatedData: old.associatedData))
            let sealed = try SecretBytes(copying: change(document)).withSpan {
                try sealer.keyring.seal($0, table: R.table.name, row: old.id, associatedData: old.associatedData)
            }
            let new = SealedRow(table: old.table, cells: old.cells, sealed: sealed)
            try transaction.put(new)
            guard SealedTable.counted.contains(R.table) else { return }
            var state = try VaultState(transaction, sealer)
            state.digest.discount(try sealer.digest(of: old))
            state.digest.count(try sealer.digest(of: new))
            try transaction.put(try sealer.seal(state))
        }
        return (result, filled)
    }

    private static func sealer(of store: MemoryStore) async throws -> Sealer {
        let (slot, keyring) = try await store.read { transaction in
            (
                try #require(try transaction.row(in: .keySlot, id: "1")),
                try #require(try transaction.row(in: .keyring, id: Vault.keyringID))
            )
        }
        let key = try KeySlot(bytes: slot.sealed).unwrap(with: UnlockKey.keyFile("k").secret)
        return Sealer(keyring: try Keyring(opening: keyring.sealed, under: key))
    }

    private static let additions: [@Sendable (String) -> String] = [
        { $0.dropLast() + ",\"only_if\":\"x\"}" }, { "{\"only_if\":null," + $0.dropFirst() },
        { $0.dropLast() + "}{}" }, { _ in "{}" }, { _ in "[]" }, { _ in "" }, { _ in "{\"\":1}" },
        { $0.replacing("created_at", with: "created_by") + "" }, { $0.replacing(":1", with: ":-1.5") },
    ]

    @Test func `the way of writing rows in this test is the vault's own`() async throws {
        let (app, filled) = try await rewritten(App.self) { $0 }
        #expect(app == .success(filled.picture))
        #expect(try await rewritten(TokenRecord.self) { $0 }.0.get().apps.allSatisfy { $0.token != nil })
    }

    @Test(arguments: additions.indices)
    func `an unknown member, a missing one or none at all refuses the vault`(index: Int) async throws {
        let change = Self.additions[index]
        #expect(try await rewritten(App.self, change).0.isDamaged(naming: "app"))
        #expect(try await rewritten(GenerationRecord.self, change).0.isDamaged(naming: "generation"))
        #expect(try await rewritten(Client.self, change).0.isDamaged(naming: "client"))
        if index < 7 {
            #expect(try await rewritten(VaultState.self, change).0.isDamaged(naming: "state"))
            #expect(try await rewritten(NodeState.self, change).0.isDamaged(naming: "node_state"))
        }
    }

    @Test(arguments: additions.indices.prefix(7))
    func `a token or a record of refusals with an unknown member is left out`(index: Int) async throws {
        let (tokens, filled) = try await rewritten(TokenRecord.self, Self.additions[index])
        #expect(try tokens.get().apps.map { $0.token == nil } == [true, false])
        #expect(try tokens.get().withoutTokens == filled.picture.withoutTokens)
        let (refusals, _) = try await rewritten(RefusalsRecord.self, Self.additions[index])
        #expect(try refusals.get().apps.map { $0.refusals == nil } == [true, false])
    }

    @Test(arguments: [
        ("\"app\":\"alpha\"", "\"app\":\"Alpha\""), ("\"app\":\"alpha\"", "\"app\":null"),
        ("\"app\":\"alpha\"", "\"app\":\"\""),
        ("\"app\":\"alpha\"", "\"apps\":\"alpha\""),
        ("\"permissions\":[\"token\"]", "\"permissions\":[\"everything\"]"),
        ("\"permissions\":[\"token\"]", "\"permissions\":\"token\""),
        ("\"permissions\":[\"token\"]", "\"permissions\":null"),
        ("\"permissions\":[\"token\"]", "\"permissions\":{}"), ("\"uid\":2000", "\"uid\":-1"),
        ("\"uid\":2000", "\"uid\":4294967296"),
        ("\"uid\":2000", "\"uid\":\"2000\""), ("\"uid\":2000", "\"uid\":2000,\"gid\":null"),
        ("\"allow\":[", "\"allow\":{},\"x\":["),
    ]) func `a policy with an unknown member is refused, never widened`(from: String, to: String) async throws {
        // The second client is the one with a narrow policy: it is the only one that the text occurs in.
        let filled = try await FilledVault()
        let sealer = try await Self.sealer(of: filled.store)
        let row = try #require(try await filled.rows(of: .client).last)
        let document = text(
            try sealer.keyring.open(row.sealed, table: "client", row: row.id, associatedData: row.associatedData))
        let changed = document.replacing(from, with: to)
        try #require(changed != document)
        #expect(throws: (any Error).self) {
            _ = try Client(cells: row.cells, plaintext: SecretBytes(copying: changed))
        }
    }
}
