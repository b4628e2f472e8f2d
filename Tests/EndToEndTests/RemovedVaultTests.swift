import Foundation
import TestSupport
import Testing

/// The vault's file, taken away from a daemon that goes on.
@Suite(.realProcesses) struct RemovedVaultTests {
    enum Loss: CaseIterable { case removed, moved, replaced, overwritten, journal }

    private static func lose(_ world: World, _ loss: Loss, other: String) throws {
        let files = FileManager.default
        switch loss {
        case .removed:
            try files.removeItem(atPath: world.vault)
            try files.removeItem(atPath: world.vault + "-wal")
        case .moved: try files.moveItem(atPath: world.vault, toPath: world.vault + ".old")
        case .replaced:
            try files.removeItem(atPath: world.vault)
            try files.moveItem(atPath: other, toPath: world.vault)
        case .overwritten:
            // As `cp` does: the file stays the same one.
            let file = try FileHandle(forWritingTo: URL(filePath: world.vault))
            try file.truncate(atOffset: 0)
            try file.write(contentsOf: Data(contentsOf: URL(filePath: other)))
            try file.close()
        case .journal: try files.removeItem(atPath: world.vault + "-wal")
        }
    }

    @Test(arguments: Loss.allCases)
    func `status says so, nothing changes at Zoom, clients are served, and a backup saves everything`(loss: Loss) throws
    {
        try withWorld { world in
            let other = try world.backups() + "/other.db"
            try world.must("backup", other)
            let app = try world.addApp("zoom-prod")
            #expect(try !world.problems().contains("vault_gone"))
            try Self.lose(world, loss, other: other)

            #expect(try world.problems().first == "vault_gone")
            #expect(try world.keyturn("status", "--check").exit == 2)
            let calls = try world.sandbox.requests()
            for words in [["rotate", "zoom-prod", "--overlap", "0s"], ["rotate", "zoom-prod", "--now", "--yes"]] {
                let outcome = try world.runner.run(Programs.keyturn, words)
                #expect(
                    outcome.exit == 74 && outcome.errors.contains("removed, moved, replaced or overwritten"),
                    "\(outcome)")
                #expect(outcome.errors.contains("try: keyturn backup FILE"), "\(outcome)")
            }
            #expect(try world.sandbox.requests() == calls, "Zoom was asked for something")
            #expect(try world.fetchedSecret() == app.secret)

            let file = try world.backups() + "/rescue.db"
            try world.must("backup", file)
            try world.stop()
            let restored = try world.keyturnd("restore", file, "--replace", "--key-file", world.keyFile)
            #expect(restored.exit == 0, "\(restored)")
            try world.start()
            try eventually("Zoom's word") { try world.fetchedSecret() == app.secret }
            try world.must("rotate", "zoom-prod", "--overlap", "0s")
            #expect(try !world.problems().contains("vault_gone") && world.fetchedSecret() != app.secret)
        }
    }
}
