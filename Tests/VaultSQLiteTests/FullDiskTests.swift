import Domain
import Foundation
import SecretMemory
import TestSupport
import Testing
import Vault
import VaultSQLite

/// A disk that is really full: a file system of 512 KiB in memory, in a mount namespace of a process of its own, which
/// runs this very test. Nobody else sees the mount, and it goes with the process.
@Suite struct FullDiskTests {
    private static let variable = "KEYTURN_TEST_SMALL_DISK"
    private static var smallDisk: String? { ProcessInfo.processInfo.environment[variable] }

    private static var mayMount: Bool {
        smallDisk != nil || (try? run("/usr/bin/unshare", "--mount", "true").status) == 0
    }

    @Test(.enabled(if: mayMount, "needs the right to mount a file system: run as root"), .timeLimit(.minutes(2)))
    func `a change that does not fit is refused as such and shows nowhere, and with room again everything works`()
        async throws
    {
        if let disk = Self.smallDisk {
            try await fill(disk)
            try write([], to: disk + ".done")
            return
        }
        let directory = try TemporaryDirectory()
        let disk = directory.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        let (status, output) = try run(
            "/usr/bin/unshare", "--mount", "sh", "-c",
            """
            mount -t tmpfs -o size=512k,mode=700 tmpfs "$1" && export \(Self.variable)="$1" &&
            exec "$2" --testing-library swift-testing --filter VaultSQLiteTests.FullDiskTests
            """,
            "sh", disk, CommandLine.arguments[0])
        #expect(status == 0, "\(output)")
        #expect(try directory.names.contains("disk.done"), "the test did not run on the small disk: \(output)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk).isEmpty)
    }

    private func fill(_ disk: String) async throws {
        let path = disk + "/vault.db"
        try write([UInt8](repeating: 0, count: 64 << 10), to: disk + "/ballast")
        try await SQLiteStore.create(at: path) { store in try await Vault.create(in: store, unlockKeys: [.keyFile()]) }
        let time = ManualTime()
        let store = try SQLiteStore.open(at: path)
        let vault = try await Vault.open(store, with: .keyFile(), time: time)

        var (number, refusals) = (0, 0)
        var last = VaultPicture(vault)
        while refusals < 5, number < 2000 {
            do throws(VaultError) {
                try await vault.add(.sample("app-\(number)"), clientSecret: .init("secret-\(number)"))
                number += 1
                last = VaultPicture(vault)
            } catch {
                #expect(error.code == .store(.diskFull), "\(error)")
                #expect(error.hint?.contains("free some space") == true)
                #expect(VaultPicture(vault) == last)
                refusals += 1
            }
        }
        #expect(number > 3 && refusals == 5)

        // Room again: the same connection goes on.
        try FileManager.default.removeItem(atPath: disk + "/ballast")
        try await vault.add(.sample("afterwards"), clientSecret: .init("secret"))
        last = VaultPicture(vault)
        #expect(last.apps.count == number + 1)
        try await store.close()
        let again = try SQLiteStore.open(at: path)
        #expect(VaultPicture(try await Vault.open(again, with: .keyFile(), time: time)) == last)
        try await again.close()

        try await make(disk)
    }

    /// However little room there is: a vault is made whole, or not at all.
    private func make(_ disk: String) async throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: disk) {
            try FileManager.default.removeItem(atPath: "\(disk)/\(name)")
        }
        let size = try FileManager.default.attributesOfFileSystem(forPath: disk)[.systemFreeSize] as? Int ?? 0
        var made = 0
        for room in stride(from: 0, to: 320 << 10, by: 4 << 10) {
            try write([UInt8](repeating: 0, count: size - room - (8 << 10)), to: disk + "/ballast")
            do {
                try await SQLiteStore.create(at: disk + "/vault.db") { store in
                    try await Vault.create(in: store, unlockKeys: [.keyFile()])
                }
                made += 1
            } catch {
                let code = (error as? VaultError)?.code ?? (error as? StoreError).map { .store($0.code) }
                #expect(code == .store(.diskFull), "\(room) bytes: \(error)")
                let names = try FileManager.default.contentsOfDirectory(atPath: disk)
                #expect(names.allSatisfy { $0 == "ballast" || $0 == "vault.db.lock" }, "\(room) bytes: \(names)")
            }
            try FileManager.default.removeItem(atPath: disk + "/ballast")
            guard FileManager.default.fileExists(atPath: disk + "/vault.db") else { continue }
            let store = try SQLiteStore.open(at: disk + "/vault.db")
            await #expect(throws: Never.self, "\(room) bytes") {
                try await Vault.open(store, with: .keyFile(), time: ManualTime())
            }
            try await store.close()
            try FileManager.default.removeItem(atPath: disk + "/vault.db")
        }
        #expect((1..<80).contains(made), "\(made) were made")
    }
}
