import Domain
import Foundation
import TestSupport
import Testing
import Vault
import VaultSQLite

@Suite struct OpeningTests {
    private func code(_ path: String) -> StoreError.Code? {
        do throws(StoreError) {
            _ = try SQLiteStore.open(at: path)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `one vault is one daemon's: another opening is refused, and another program finds it locked`()
        async throws
    {
        let file = try await FileVault()
        let picture = try await file.use { try await $0.add(number: 1, at: file.time.now) }
        let (store, vault) = try await file.open()
        #expect(code(file.path) == .inUse)
        #expect(try run("/usr/bin/flock", "--nonblock", file.path + ".lock", "true").status == 1)
        for sql in ["SELECT count(*) FROM app", "DELETE FROM app", "PRAGMA wal_checkpoint(TRUNCATE)"] {
            let (status, output) = try sqlite(file.path, sql)
            #expect(status != 0 || output.hasPrefix("1|"), "\(sql): \(output)")
            #expect(!output.contains("\n1\n"))
        }
        #expect(code(file.path) == .inUse, "a refused opening leaves the lock where it is")
        try await vault.add(number: 2, at: file.time.now)
        let later = VaultPicture(vault)
        #expect(later != picture)
        try await store.close()
        #expect(try await file.use() == later)
    }

    @Test func `a program that reads the file keeps the daemon from starting, and harms nothing`() async throws {
        let file = try await FileVault()
        let picture = try await file.use { try await $0.add(number: 1, at: file.time.now) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        process.arguments = ["-batch", file.path]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data("BEGIN; SELECT count(*) FROM app;\n".utf8))
        #expect(try output.fileHandleForReading.read(upToCount: 2) == Data("1\n".utf8))
        #expect(code(file.path) == .inUse)
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(try await file.use() == picture)
    }

    @Test func `a vault of a newer program is refused in words that say so, and not changed by a byte`() async throws {
        let file = try await FileVault()
        try sqlite(file.path, "PRAGMA user_version = 7")
        let before = try contents(file.path)
        do throws(StoreError) {
            _ = try SQLiteStore.open(at: file.path)
            Issue.record("opened")
        } catch {
            #expect(error.code == .newerSchema(found: 7, known: 1))
            #expect(error.description.contains("schema 7") && error.description.contains("up to 1"))
            #expect(error.hint?.contains("newer keyturnd") == true)
            #expect(error.hint?.contains("keyturnd restore FILE --replace") == true)
            let said = "\(error.description) \(error.hint ?? "")"
            #expect(said.ranges(of: "nothing was changed").count == 1, "\(said)")
        }
        #expect(try contents(file.path) == before)
        #expect(try file.directory.names == ["vault.db", "vault.db.lock"])
    }

    enum Other: CaseIterable { case empty, text, short, magicOnly, zeros, database, walDatabase, databaseWithOurTables }

    @Test(arguments: Other.allCases)
    func `a file that is no vault is refused and not changed by a byte`(other: Other) throws {
        let directory = try TemporaryDirectory()
        let path = directory.file("vault.db")
        switch other {
        case .empty: try write([], to: path)
        case .text: try write(Array("passwords: none of yours\n".utf8), to: path)
        case .short: try write([1, 2, 3], to: path)
        case .magicOnly: try write(Array("SQLite format 3\0".utf8), to: path)
        case .zeros: try write([UInt8](repeating: 0, count: 8192), to: path)
        case .database: try sqlite(path, "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        case .walDatabase: try sqlite(path, "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)")
        case .databaseWithOurTables: try sqlite(path, "CREATE TABLE app (id, sealed); PRAGMA user_version = 1")
        }
        let before = try contents(path)
        #expect(code(path) == .notAVault)
        #expect(try contents(path) == before)
        #expect(try directory.names == ["vault.db", "vault.db.lock"])
    }

    @Test func `a vault that is not there, or whose directory is not, is missing and is not made`() throws {
        let directory = try TemporaryDirectory()
        #expect(code(directory.file("vault.db")) == .missing)
        #expect(code(directory.file("none/vault.db")) == .missing)
        #expect(try directory.names == [])
    }

    @Test func `a directory or a dangling link in the vault's place is refused`() throws {
        let directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: directory.file("vault.db"), withIntermediateDirectories: false)
        #expect(code(directory.file("vault.db")) != nil)
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("other.db"), withDestinationPath: directory.file("nowhere"))
        #expect(code(directory.file("other.db")) == .missing)
    }

    @Test func `a vault without permission for its directory or file is refused as such`() async throws {
        let file = try await FileVault()
        try await file.use { try await $0.add(number: 1, at: file.time.now) }
        unsafe chmod(file.directory.path, 0)
        defer { unsafe chmod(file.directory.path, 0o700) }
        await #expect(processExitsWith: .exitCode(77), "the directory") { [path = file.path as String] in
            openAsNobody(path)
        }
        unsafe chmod(file.directory.path, 0o777)
        unsafe chmod(file.path, 0)
        try FileManager.default.removeItem(atPath: file.path + ".lock")
        await #expect(processExitsWith: .exitCode(77), "the file") { [path = file.path as String] in
            openAsNobody(path)
        }
    }
}

/// Ends the process with 77 when opening is refused for want of permission. Root may do everything, so not as root.
private func openAsNobody(_ path: String) -> Never {
    if geteuid() == 0 { guard setgid(65534) == 0, setuid(65534) == 0 else { exit(2) } }
    do throws(StoreError) {
        _ = try SQLiteStore.open(at: path)
        exit(3)
    } catch {
        exit(error.code == .notPermitted ? 77 : 4)
    }
}
