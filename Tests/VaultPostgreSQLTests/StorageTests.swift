import Domain
import Foundation
import PostgreSQLTestSupport
import SecretMemory
import TestSupport
import Testing
import Vault
import VaultSQLite

@testable import VaultPostgreSQL

/// A vault in a database as programs find, save and replace it.
@Suite(.timeLimit(.minutes(2))) struct StorageTests {
    private let directory: TemporaryDirectory
    private let database: DatabaseVault
    private let time = ManualTime()

    init() async throws {
        directory = try TemporaryDirectory()
        database = try await DatabaseVault { try await Vault.create(in: $0, unlockKeys: [.keyFile()]) }
    }

    private func storage(_ name: String? = nil, in place: String = "state") throws -> PostgreSQLStorage {
        let state = directory.file(place)
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        return PostgreSQLStorage(
            at: try PostgreSQLLocation(database.cluster.url(name ?? database.database)),
            local: SQLiteStorage(at: state + "/vault.db"), stateDirectory: state)
    }

    private func fill(_ storage: PostgreSQLStorage, _ names: String...) async throws -> VaultPicture {
        let store = try storage.open()
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        for name in names { try await vault.add(.sample(name), clientSecret: SecretBox("secret-\(name)")) }
        let picture = VaultPicture(vault)
        try await store.close()
        return picture
    }

    private func picture(_ store: any SealedStore) async throws -> VaultPicture {
        VaultPicture(try await Vault.open(store, with: .keyFile(), time: time))
    }

    @Test func `a backup is one file with the same vault, and is written while changes are made`() async throws {
        let storage = try storage()
        _ = try await fill(storage, "one", "two")
        let store = try storage.open()
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        let before = VaultPicture(vault)
        let path = directory.file("backup.db")
        let database = database
        try await store.backUp(to: path) { _ in
            // Within the snapshot: a change from outside is made, and is not in it.
            let changed = try database.sql("UPDATE keyturn.vault SET schema = schema RETURNING 1")
            #expect(changed == "1")
        }
        try await vault.add(.sample("three"), clientSecret: SecretBox("secret"))
        try await store.close()
        #expect(storage.backups.isBackup(path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["backup.db", "state"])
        let copy = try storage.backups.openCopy(of: path, in: directory.path)
        #expect(try await copy.examine().isEmpty)
        #expect(try await picture(copy) == before)
        try await copy.close()
    }

    @Test(arguments: [true, false])
    func `a backup takes the vault's place as a whole, and the old rows are in a file`(isThere: Bool) async throws {
        let storage = try storage()
        let old = try await fill(storage, "one")
        let store = try storage.open()
        let path = directory.file("backup.db")
        try await store.backUp(to: path) { _ in }
        try await store.close()
        _ = try await fill(storage, "two")
        let target = isThere ? storage : try self.storage(try database.cluster.makeDatabase(), in: "other")
        #expect(try target.state() == (isThere ? .present : .missing))
        let lock = try target.lock(.writing)
        let replacement = try target.beginReplacement(by: path)
        let aside = try await replacement.finish()
        withExtendedLifetime(lock) {}
        #expect((aside != nil) == isThere)
        if let aside {
            let rows = try target.backups.openCopy(of: aside + "/vault.db", in: directory.path)
            #expect("\(try await picture(rows))".contains("two"))
            try await rows.close()
        }
        let new = try target.openCopy(in: directory.path)
        #expect(try await picture(new) == old)
        #expect(try await new.examine().isEmpty)
        try await new.close()
    }

    @Test func `a replacement by a process that lost the right changes nothing`() async throws {
        let storage = try storage()
        let old = try await fill(storage, "one")
        let store = try storage.open()
        let path = directory.file("backup.db")
        try await store.backUp(to: path) { _ in }
        try await store.close()
        let lock = try storage.lock(.writing)
        let replacement = try storage.beginReplacement(by: path)
        try database.sql("UPDATE keyturn.writer SET fence = fence + 1, instance = 'x', place = 'host two'")
        let error = try await storeError { _ = try await replacement.finish() }
        #expect(error.code == .inUse, "\(error)")
        await replacement.discard()
        withExtendedLifetime(lock) {}
        let reader = try storage.openCopy(in: directory.path)
        #expect(try await picture(reader) == old)
        try await reader.close()
    }

    @Test(arguments: [
        ("DROP TABLE keyturn.receipt", "table receipt is missing"),
        ("ALTER TABLE keyturn.client ADD extra TEXT", "table client has other columns"),
        ("CREATE TABLE keyturn.copy (id TEXT)", "table copy is not part of the schema"),
        ("DROP INDEX keyturn.rotation_open", "index rotation_open is missing"),
        ("DROP TRIGGER rotation_ended ON keyturn.rotation", "trigger rotation.rotation_ended is missing"),
        (
            "CREATE FUNCTION keyturn.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
                + "CREATE TRIGGER t BEFORE INSERT ON keyturn.generation FOR EACH ROW EXECUTE FUNCTION keyturn.f()",
            "trigger generation.t is not part of the schema"
        ),
        ("CREATE RULE r AS ON DELETE TO keyturn.client DO INSTEAD NOTHING", "rule or row policy client.r is not part"),
    ])
    func `tables that somebody changed are named, not served, and make way for a backup`(sql: String, words: String)
        async throws
    {
        let storage = try storage()
        let old = try await fill(storage, "one")
        let store = try storage.open()
        let path = directory.file("backup.db")
        try await store.backUp(to: path) { _ in }
        try await store.close()
        try database.sql(sql)
        let error = try await storeError { _ = try storage.open() }
        #expect(error.code == .damaged && error.detail.contains(words), "\(error)")
        let reader = try storage.openCopy(in: directory.path)
        #expect(try await reader.examine().map(\.detail).contains { $0.contains(words) })
        try await reader.close()

        let lock = try storage.lock(.writing)
        let replacement = try storage.beginReplacement(by: path)
        let aside = try await replacement.finish()
        withExtendedLifetime(lock) {}
        #expect(aside?.hasPrefix("schema keyturn_replaced_") == true)
        let new = try storage.openCopy(in: directory.path)
        #expect(try await new.examine().isEmpty)
        #expect(try await picture(new) == old)
        try await new.close()
    }

    @Test func `only one process of a host opens it, and no other host, and a look is refused too`() async throws {
        let (here, there) = (try storage(), try storage(in: "other"))
        let store = try here.open()
        for other in [here, there] {
            let error = try await storeError { _ = try other.open() }
            #expect(error.code == .inUse, "\(error)")
        }
        let looked = try await storeError { _ = try there.lock(.reading) }
        #expect(looked.code == .inUse && looked.detail.contains("/state"), "\(looked)")
        try await store.close()
        _ = try there.lock(.reading)
        try await there.open().close()
    }

    @Test func `a vault that is in the state directory too is not overlooked`() async throws {
        let storage = try storage()
        try await SQLiteStore.create(at: directory.file("state/vault.db")) { _ in }
        for call in [{ _ = try storage.open() }, { _ = try storage.state() }, { _ = try storage.lock(.writing) }] {
            let error = try await storeError(call)
            #expect(error.code == .exists && error.detail.contains("vault.db") && error.hint != nil, "\(error)")
        }
    }

    @Test func `the server says its version, and with which settings it loses changes`() async throws {
        let store = try storage().open()
        let report = try #require(try await store.serverReport())
        #expect(report.words.hasPrefix("PostgreSQL 1") && report.words.contains(database.database), "\(report)")
        // As the test's cluster is.
        #expect(report.warnings.map(\.detail).contains { $0.hasPrefix("fsync is off") }, "\(report)")
        try await store.close()
    }

    @Test func `a database that forgot changes is noticed, and stays noticed`() async throws {
        let storage = try storage()
        let store = try storage.open()
        let vault = try await Vault.open(store, with: .keyFile(), time: time)
        try await vault.add(.sample("one"), clientSecret: SecretBox("secret"))
        let path = directory.file("backup.db")
        try await store.backUp(to: path) { _ in }
        try await vault.add(.sample("two"), clientSecret: SecretBox("secret"))
        // The rows of an earlier moment, put back by an administrator.
        let copy = try storage.backups.openCopy(of: path, in: directory.path)
        let old = try await copy.read { rows in
            var found: [SealedRow] = []
            for table in SealedTable.all { try rows.forEachRow(in: table) { found.append($0) } }
            return found
        }
        try await copy.close()
        let admin = try await database.open()
        try await admin.write { transaction in
            let transaction = try #require(transaction as? PostgreSQLTransaction)
            for table in SealedTable.all.reversed() { try transaction.removeAll(from: table) }
            for row in old { try transaction.put(row) }
        } committed: {
        }
        try await admin.close()
        for _ in 0..<2 {
            do {
                try await vault.add(.sample("client"))
                Issue.record("it was changed")
            } catch { #expect(error.code == .rolledBack && error.hint != nil, "\(error)") }
        }
        guard case .rolledBack = store.trouble else { throw Unexpected("\(String(describing: store.trouble))") }
        #expect(vault.isOwnedElsewhere && !vault.hasOtherOwner, "nothing is rotated")
        #expect(vault.catalog.apps.count == 2, "both are served")
        try await store.close()
    }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
