import Domain
import PostgreSQLTestSupport
import SecretMemory
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// A whole vault in a database: what it says of bad days, and what it does not lose.
@Suite(.timeLimit(.minutes(2))) struct VaultInDatabaseTests {
    private let database: DatabaseVault
    private let time = ManualTime()

    init() async throws { database = try await Self.make(.keyFile()) }

    private static func make(_ key: UnlockKey) async throws -> DatabaseVault {
        try await DatabaseVault { try await Vault.create(in: $0, unlockKeys: [key]) }
    }

    private func open(through relay: Relay? = nil) async throws -> (PostgreSQLStore, Vault) {
        let store = if let relay { try await database.open(through: relay) } else { try await database.open() }
        return (store, try await Vault.open(store, with: .keyFile(), time: time))
    }

    /// Expects an error of the vault with something to try.
    private func vaultError(_ body: () async throws -> Void) async throws -> VaultError {
        do { try await body() } catch let error as VaultError {
            #expect(error.hint != nil, "\(error)")
            return error
        }
        Issue.record("nothing failed")
        throw WaitedForError()
    }

    /// The vault as the next process finds it.
    private func expectStored(_ picture: VaultPicture) async throws {
        let (store, vault) = try await open()
        #expect(VaultPicture(vault) == picture)
        try await store.close()
    }

    @Test func `what is served is what the next process finds`() async throws {
        let (store, vault) = try await open()
        try await vault.add(.sample("one"), clientSecret: SecretBox("secret-1"))
        try await vault.add(.sample("two"), clientSecret: SecretBox("secret-2"))
        try await vault.save(.sample([time.now.wall]), for: .sample("one"))
        try await vault.add(.sample("client"))
        try await vault.removeApp(.test("two"))
        let picture = VaultPicture(vault)
        try await store.close()
        try await expectStored(picture)
        #expect(try database.sql("SELECT count(*) FROM keyturn.history") == "6")
    }

    @Test func `a change whose answer was lost is made once and served`() async throws {
        let relay = try Relay(to: database.cluster.port)
        let (store, vault) = try await open(through: relay)
        relay.set(.loseAnswer)
        try await vault.add(.sample("client"))
        #expect(relay.connections == 2, "the answer was lost")
        try await vault.add(.sample("app"), clientSecret: SecretBox("secret"))
        let picture = VaultPicture(vault)
        #expect(vault.catalog.clients.map(\.name) == [.test("client")])
        try await store.close()
        try await expectStored(picture)
    }

    @Test func `a change that never arrived is not served, and can be made again`() async throws {
        let relay = try Relay(to: database.cluster.port)
        let (store, vault) = try await open(through: relay)
        relay.set(.loseCommit)
        let error = try await vaultError { try await vault.add(.sample("client")) }
        #expect(error.code == .store(.unavailable) && error.detail.contains("it was not saved"), "\(error)")
        #expect(vault.catalog.clients.isEmpty)
        try await vault.add(.sample("client"))
        let picture = VaultPicture(vault)
        try await store.close()
        try await expectStored(picture)
    }

    @Test func `while a change is in doubt nothing else is made, and then it is served or was not made`() async throws {
        let relay = try Relay(to: database.cluster.port)
        let (store, vault) = try await open(through: relay)
        relay.set(.holdCommit)
        let error = try await vaultError { try await vault.add(.sample("client")) }
        #expect(error.code == .store(.undecided) && error.detail.contains("is not known yet"), "\(error)")
        #expect(try await vaultError { try await vault.add(.sample("other")) }.code == .store(.undecided))
        #expect(vault.catalog.clients.isEmpty)
        relay.release()
        try await eventually("its fate") { try await store.settle() != .unknown }
        #expect(vault.catalog.clients.isEmpty)
        try await vault.add(.sample("client"))
        let picture = VaultPicture(vault)
        try await store.close()
        try await expectStored(picture)
    }

    @Test func `of two that serve one vault the one that comes late may change nothing any more`() async throws {
        let (first, old) = try await open()
        let (second, new) = try await open()
        try await new.add(.sample("client"))
        for _ in 0..<2 {
            let error = try await vaultError { try await old.add(.sample("other")) }
            #expect(error.code == .store(.inUse) && error.detail.contains("another keyturnd changed this vault"))
        }
        try await new.add(.sample("app"), clientSecret: SecretBox("secret"))
        let picture = VaultPicture(new)
        try await first.close()
        try await second.close()
        try await expectStored(picture)
    }

    @Test func `another vault's database is not opened, and not changed when it takes this one's place`() async throws {
        let other = try await Self.make(.keyFile("o"))
        let stranger = try await other.open()
        let wrong = try await vaultError { _ = try await Vault.open(stranger, with: .keyFile(), time: time) }
        #expect(wrong.code == .wrongKey, "\(wrong)")
        try await stranger.close()

        let (store, vault) = try await open()
        try await vault.add(.sample("client"))
        try database.endSessions()
        for rename in [("\(database.database)", "aside"), (other.database, database.database)] {
            try database.cluster.sql("ALTER DATABASE \(rename.0) RENAME TO \(rename.1)", in: "postgres")
        }
        let error = try await vaultError { try await vault.add(.sample("late")) }
        #expect(
            error.code == .store(.gone) && error.detail.hasPrefix("another vault is where this one was"), "\(error)")
        #expect(try database.sql("SELECT count(*) FROM keyturn.client") == "0")
        try database.endSessions()
        for rename in [(database.database, other.database), ("aside", "\(database.database)")] {
            try database.cluster.sql("ALTER DATABASE \(rename.0) RENAME TO \(rename.1)", in: "postgres")
        }
        try await vault.add(.sample("late"))
        let picture = VaultPicture(vault)
        try await store.close()
        try await expectStored(picture)
    }

    @Test func `rows of a newer program are refused, and stay`() async throws {
        try database.sql("UPDATE keyturn.state SET format = 9")
        let store = try await database.open()
        let error = try await vaultError { _ = try await Vault.open(store, with: .keyFile(), time: time) }
        #expect(error.code == .store(.newerFormat(found: 9, known: 1)), "\(error)")
        #expect(try database.sql("SELECT format FROM keyturn.state") == "9")
        try await store.close()
    }

    @Test func `tables that are gone are named`() async throws {
        let (store, vault) = try await open()
        try database.sql("DROP SCHEMA keyturn CASCADE")
        let error = try await vaultError { try await vault.add(.sample("client")) }
        #expect(error.code == .store(.damaged) && error.detail.contains("are not those"), "\(error)")
        try await store.close()
        let empty = try await storeError { try await database.open().close() }
        #expect(empty.code == .missing && empty.hint != nil, "\(empty)")
    }
}
