import Foundation
import Synchronization
import TestSupport
import Testing

/// `keyturn backup`: a copy that is whole, of one moment, while the daemon goes on.
@Suite(.realProcesses) struct BackupTests {
    @Test func `a backup has everything and opens with the same keys`() throws {
        try withWorld { world in
            let apps = [try world.addApp("zoom-one"), try world.addApp("zoom-two")]
            let file = try world.backups() + "/one.db"
            let report = try world.must("backup", file, "--json").json
            #expect(report["file"].string == file && report["apps"].elements.map(\.["generation"].int) == [1, 1])
            #expect(report["bytes"].int == (try Files.bytes(file).count) && (report["commits"].int ?? 0) > 2)
            #expect(report["problems"].elements.isEmpty && report["taken_at"].kind == .time)
            #expect(Files.mode(file) == 0o600)
            #expect(try Files.names(world.backups()) == ["one.db"], "no draft is left")

            // Read by others: SQLite's own shell, and the check.
            let shell = try world.runner.run(
                "sqlite3", ["-readonly", file], input: "PRAGMA integrity_check; PRAGMA journal_mode;")
            #expect(shell.output == "ok\ndelete\n")
            let checked = try world.keyturnd("check", file, "--key-file", world.keyFile, "--json").json
            #expect(checked["passed"].bool == true && checked["commits"].int == report["commits"].int)
            for app in apps { #expect(try Files.bytes(file).range(of: Data(app.secret.utf8)) == nil) }
            let lines = try world.keyturn("audit", "show").output
            #expect(lines.contains("vault.backup"))
        }
    }

    @Test func `only a backup is overwritten, and only with --force`() throws {
        try withWorld { world in
            let file = try world.backups() + "/one.db"
            try world.must("backup", file)
            let before = try Files.bytes(file)
            let again = try world.keyturn("backup", file)
            #expect(again.exit == 65 && again.complains() && again.errors.contains("--force"))
            #expect(try Files.bytes(file) == before)
            try world.addApp("zoom-one")
            try world.must("backup", file, "--force")
            #expect(try Files.bytes(file) != before)

            let other = try world.backups() + "/notes.txt"
            try Data("somebody's".utf8).write(to: URL(filePath: other))
            let link = try world.backups() + "/link.db"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
            let whole = try Files.bytes(file)
            for path in [other, link] {
                let outcome = try world.keyturn("backup", path, "--force")
                #expect(outcome.exit == 65 && outcome.complains())
            }
            #expect(try Files.bytes(file) == whole && Files.bytes(other) == Data("somebody's".utf8))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == file)
        }
    }

    @Test func `a path where no backup may lie is refused`() throws {
        try withWorld { world in
            let open = world.directory + "/open"
            try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
            try Files.set(open, 0o777)
            for (path, code) in [
                (world.state + "/backup.db", 65), (world.vault, 65), (world.state + "/spool/backup.db", 65),
                (open + "/one.db", 65), (world.directory + "/nowhere/one.db", 66),
            ] as [(String, Int32)] {
                let outcome = try world.keyturn("backup", path, "--force")
                #expect(outcome.exit == code && outcome.complains(), "\(path): \(outcome)")
            }
            #expect(try Files.names(open).isEmpty)
            try world.must("lock")
            #expect(try world.keyturn("backup", world.backups() + "/one.db").exit == 69)
        }
    }

    @Test func `only an admin may request a backup, and only in the documented form`() throws {
        try withWorld { world in
            let answer = try world.ask("POST", "/v1/backup", body: #"{"file":"relative.db"}"#)
            #expect(answer.status == 400)
            #expect(try world.ask("POST", "/v1/backup", body: #"{"file":"/a/../b","force":false}"#).status == 400)
            #expect(try world.ask("POST", "/v1/backup", body: #"{"directory":"/tmp","keep":0}"#).status == 400)
            #expect(try world.ask("POST", "/v1/backup", body: #"{"file":"/tmp/x","more":1}"#).status == 400)
        }
    }

    @Test func `--keep removes the oldest backups of a directory and nothing else`() throws {
        try withWorld { world in
            let directory = try world.backups()
            let older = (1...4).map { "keyturn-2026010\($0)T000000Z.db" }
            let others = ["keyturn-20260101T000000Z.db.bak", "keyturn-notes.db", "one.db"]
            for name in older + others { try Data("old".utf8).write(to: URL(filePath: directory + "/" + name)) }
            let report = try world.must("backup", "--keep", "3", directory, "--json").json
            #expect(report["removed"].elements.compactMap(\.string) == Array(older.prefix(2)))
            let names = try Files.names(directory)
            #expect(Set(names).isSuperset(of: Set(others + older.suffix(2))) && names.count == 6)
            let file = try #require(report["file"].string)
            #expect(try world.keyturnd("check", file, "--key-file", world.keyFile).exit == 0)
        }
    }

    @Test func `backups of one second get names of their own, in order`() throws {
        try withWorld { world in
            let directory = try world.backups()
            let files = try (0..<4).map { _ in
                try #require(try world.must("backup", "--keep", "9", directory, "--json").json["file"].string)
            }
            #expect(Set(files).count == 4 && files == files.sorted())
            #expect(try Files.names(directory).count == 4)
        }
    }

    @Test func `a draft that a killed daemon left is not in the way`() throws {
        try withWorld { world in
            let file = try world.backups() + "/one.db"
            try FileManager.default.createDirectory(atPath: file + ".draft", withIntermediateDirectories: false)
            try Files.set(file + ".draft", 0o700)
            try Data("half".utf8).write(to: URL(filePath: file + ".draft/vault.db"))
            try world.must("backup", file)
            #expect(try Files.names(world.backups()) == ["one.db"])
        }
    }

    /// Writers go on meanwhile, and each backup is of one moment: what was acknowledged before it began is in it.
    @Test func `a backup under load has everything acknowledged before it began`() throws {
        try withWorld { world in
            let directory = try world.backups()
            for number in 0..<40 {
                try world.must("client", "add", "c\(number)", "--uid", "\(5000 + number)", "--allow", "*:token")
            }
            let written = Mutex(0)
            let isOver = Mutex(false)
            let writer = Thread {
                var number = 0
                while !isOver.withLock({ $0 }), number < 2000 {
                    let body =
                        #"{"name":"w\#(number)","uid":\#(9000 + number),"allow":[{"app":"*","permissions":["token"]}]}"#
                    guard (try? world.ask("POST", "/v1/clients", body: body).status) == 201 else { break }
                    number += 1
                    written.withLock { $0 = number }
                }
            }
            writer.start()
            try eventually("writes") { written.withLock { $0 } > 5 }
            var last = 0
            for number in 0..<5 {
                let before = written.withLock { $0 }
                let report = try world.must("backup", "\(directory)/\(number).db", "--json").json
                let checked = try world.keyturnd("check", "\(directory)/\(number).db", "--key-file", world.keyFile)
                #expect(checked.exit == 0, "\(checked)")
                let count = try world.runner.run(
                    "sqlite3", ["-readonly", "\(directory)/\(number).db"], input: "SELECT count(*) FROM client;")
                #expect((Int(count.output.dropLast()) ?? 0) >= before + 41, "what was acknowledged is in it")
                #expect((report["commits"].int ?? 0) > last)
                last = report["commits"].int ?? 0
            }
            isOver.withLock { $0 = true }
            try eventually("the writer to end") { writer.isFinished }
            #expect(written.withLock { $0 } > 20, "it went on writing")
        }
    }

    @Test(.enabled(if: SmallDisk.mayMount, SmallDisk.why))
    func `a backup that does not fit on its disk leaves nothing there, and the next one succeeds`() throws {
        try withWorld { world in
            for number in 0..<5 { try world.addApp("zoom-\(number)", verify: false) }
            // Seen by the daemon as well: mounted where all see it, and taken away again.
            let disk = world.directory + "/disk"
            try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
            #expect(
                try world.runner.run("mount", ["-t", "tmpfs", "-o", "size=40k,mode=0700", "tmpfs", disk]).exit == 0)
            defer { _ = try? world.runner.run("umount", [disk]) }
            let outcome = try world.keyturn("backup", disk + "/one.db")
            #expect(outcome.exit == 74 && outcome.complains() && outcome.errors.contains("full"), "\(outcome)")
            #expect(try Files.names(disk).isEmpty)
            #expect(world.isHealthy)
            try world.must("backup", world.backups() + "/one.db")
        }
    }
}

extension World {
    /// A directory for backups.
    func backups() throws -> String {
        let path = directory + "/backups"
        if !Files.exists(path) {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try Files.set(path, 0o700)
        }
        return path
    }
}
