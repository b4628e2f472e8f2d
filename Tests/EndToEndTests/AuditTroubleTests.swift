import Foundation
import TestSupport
import Testing

/// An audit log that is cut off from its vault: by kills, by the disk, by somebody who meddles.
@Suite(.realProcesses) struct AuditTroubleTests {
    /// The first lines of a daemon's life come before those of the commits.
    @Test(arguments: ["beforeLine", "afterLine"], 2...4)
    func `a kill between a commit and its line loses no line, and writes none twice`(point: String, count: Int) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_FAULT": "\(point):\(count)"])
            for number in 0..<8 where try world.daemon.child.isRunning {
                _ = try world.keyturn("client", "add", "c\(number)", "--uid", "\(number)", "--allow", "*:token")
            }
            #expect(try world.daemon.child.wait() == .signal(SIGKILL), "the point was not reached")
            let before = try world.audit
            #expect(!before.texts.isEmpty)

            try world.start()
            func logged() throws -> [String] { try world.audit.of("client.add").compactMap(\.["client"].string) }
            let clients = try world.keyturn("client", "list", "--json").json["clients"].elements.compactMap(
                \.["name"].string)
            try eventually("a line for each client") { try logged().count == clients.count }
            try world.must("client", "add", "last", "--uid", "99", "--allow", "*:token")
            #expect(try logged() == clients + ["last"])
            let commits = try world.audit.commits
            #expect(commits == commits.sorted() && Set(commits).count == commits.count, "\(commits)")
            try world.must("audit", "verify")
            try world.stop()
            try world.start()
            #expect(try logged() == clients + ["last"], "nor after another start")
        }
    }

    @Test
    func
        `while the log cannot be opened no rotation begins, one that has a secret continues, and its lines come later`()
        throws
    {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_FAULT": "afterRead:1"])
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            _ = try world.keyturn("rotate", "zoom-prod", "--overlap", "1h")
            #expect(try world.daemon.child.wait() == .signal(SIGKILL), "the point was not reached")
            let away = world.directory + "/audit-away"
            try FileManager.default.moveItem(atPath: world.auditDirectory, toPath: away)
            try Data().write(to: URL(filePath: world.auditDirectory))
            try world.start()
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 503)
            #expect(try world.keyturn("client", "add", "late", "--uid", "1", "--allow", "*:token").exit == 74)
            let other = try world.keyturn("rotate", "zoom-prod", "--now", "--yes")
            #expect(other.exit == 75 && other.errors.contains("so no client could fetch the new secret"), "\(other)")
            var state = ""
            try eventually("the rotation to go on") {
                state = try world.history().last?["state"].string ?? ""
                return state == "draining"
            }
            let problems = try world.keyturn("status", "--json").json["problems"].elements.map(\.["code"].string)
            #expect(problems.contains("audit_unavailable"))
            try world.crash()

            try FileManager.default.removeItem(atPath: world.auditDirectory)
            try FileManager.default.moveItem(atPath: away, toPath: world.auditDirectory)
            try world.start()
            try eventually("the rotation's lines") { try !world.audit.of("rotation.\(state)").isEmpty }
            #expect(try world.fetchedSecret() != app.secret)
            let audit = try world.audit
            #expect(audit.of("rotation.rotate").map(\.["uid"].int) == [Int(geteuid())], "who asked for it")
            for word in ["intended", "received", "verified", "current", "published"] {
                #expect(audit.of("rotation.\(word)").count == 1, "\(word)")
            }
            #expect(audit.commits == audit.commits.sorted())
            try world.must("audit", "verify")
        }
    }

    @Test func `a vault that was put back is not served and says what to type, and the newest one is served`() throws {
        try withWorld { world in
            try world.stop()
            let old = try Files.bytes(world.vault)
            try world.start()
            let app = try world.addApp("zoom-prod", verify: false)
            try world.crash()
            let newest = ["", "-wal"].map { try? Files.bytes(world.vault + $0) }
            func put(_ vault: Data, _ wal: Data?) throws {
                for name in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: world.vault + name) }
                try vault.write(to: URL(filePath: world.vault))
                if let wal { try wal.write(to: URL(filePath: world.vault + "-wal")) }
            }
            try put(old, nil)
            let refused = try world.keyturnd("serve", "--key-file", world.keyFile)
            #expect(refused.exit == 65 && refused.complains(as: "keyturnd"), "\(refused)")
            #expect(refused.errors.contains("older than its audit log") && refused.errors.contains("keyturnd restore"))

            let check = try world.keyturnd("check", "--key-file", world.keyFile)
            #expect(check.exit == 65 && (check.output + check.errors).contains("older than its audit log"), "\(check)")

            try world.start("--log-level", "info")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            let unlock = try world.keyturn("unlock", "--recovery-stdin", input: recovery)
            #expect(unlock.exit == 65 && unlock.complains() && unlock.errors.contains("older than its audit log"))
            #expect(try world.get("/v1/health").status == 503)
            try world.stop()

            try put(try #require(newest[0]), newest[1])
            try world.start()
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == app.secret)
        }
    }

    enum Meddling: String, CaseIterable { case removed, replaced, cut, emptied, gone }

    @Test(arguments: Meddling.allCases)
    func `any change to the files of a log in use is noticed, shown and found`(_ meddling: Meddling) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            let file = world.auditDirectory + "/audit-00000001.jsonl"
            try world.must("audit", "verify")
            switch meddling {
            case .removed: try FileManager.default.removeItem(atPath: file)
            case .replaced:
                let copy = try Files.bytes(file)
                try FileManager.default.removeItem(atPath: file)
                try copy.write(to: URL(filePath: file))
            case .cut, .emptied:
                let handle = try #require(FileHandle(forWritingAtPath: file))
                try handle.truncate(atOffset: meddling == .cut ? 400 : 0)
            case .gone:
                for name in try Files.names(world.auditDirectory) {
                    try FileManager.default.removeItem(atPath: world.auditDirectory + "/" + name)
                }
            }
            try eventually("it to be seen") {
                try world.keyturn("status", "--json").json["problems"].elements.contains {
                    $0["code"].string == "audit_log_changed"
                }
            }
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 200, "served all the same")
            let first = try JSON(
                Files.bytes(world.auditDirectory + "/audit-00000002.jsonl").prefix { $0 != UInt8(ascii: "\n") })
            #expect(first["action"].string == "log.begin")
            #expect(first["segment"].int == 2 && first["reason"].string?.contains("audit-00000001") == true)
            // A copy in the place of the file has all of its lines: only its being another was seen.
            #expect(try world.keyturn("audit", "verify").exit == (meddling == .replaced ? 0 : 65))
        }
    }

    @Test func `a change to the log is shown over a stop and a kill until it is acknowledged, which is logged too`()
        throws
    {
        try withWorld { world in
            func trouble() throws -> String? {
                try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "audit_log_changed"
                }?["detail"].string
            }
            try world.addApp("zoom-prod", verify: false)
            #expect(try world.keyturn("audit", "acknowledge", "--yes").exit == 65, "there is nothing")
            let file = world.auditDirectory + "/audit-00000001.jsonl"
            let copy = try Files.bytes(file)
            try FileManager.default.removeItem(atPath: file)
            try copy.write(to: URL(filePath: file))
            try eventually("it to be seen") { try trouble() != nil }
            let first = try #require(try trouble())
            try world.stop()
            try world.start()
            #expect(try trouble() == first)
            try world.crash()
            try world.start()
            #expect(try trouble() == first)

            try world.must("audit", "acknowledge", "--yes")
            #expect(try trouble() == nil)
            let line = try #require(try world.audit.of("audit.acknowledge").last)
            #expect(line["uid"].int == Int(geteuid()) && line["outcome"].string == "done")
            try world.stop()
            try world.start()
            #expect(try trouble() == nil)
        }
    }

    @Test func `a log directory that is gone at the start is missed, and shown for as long as the daemon runs`() throws
    {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.stop()
            try FileManager.default.removeItem(atPath: world.auditDirectory)
            try world.start()
            let problem = try #require(
                try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "audit_log_changed"
                })
            #expect(problem["detail"].string?.contains("the log is missing") == true)
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 200)
            #expect(try world.keyturn("audit", "verify").exit == 65)
        }
    }

    @Test(.enabled(if: SmallDisk.mayMount, SmallDisk.why))
    func `on a full disk no secret is served, with room again every one is, and the log is whole`() throws {
        try withWorld(serving: false) { world in
            let disk = try SmallDisk(in: world, size: "2m")
            let environment = ["KEYTURN_STATE_DIR": disk.path + "/state"]
            let making = disk.inside(
                Programs.keyturnd, ["init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile])
            #expect(try world.runner.run(making.program, making.arguments, environment: environment).exit == 0)
            let serve = disk.inside(Programs.keyturnd, ["serve", "--key-file", world.keyFile])
            let daemon = try world.runner.start(serve.program, serve.arguments, environment: environment)
            try eventually("the daemon to listen") { world.isHealthy }
            try world.admitEverything()
            try world.addApp("zoom-prod", verify: false)
            func fetch() throws -> Answer { try world.get("/v1/apps/zoom-prod/credentials") }
            let filler = disk.outside("filler")
            // The last page of the file has room for some lines still.
            let refused = try eventually("the log to be full") {
                try SmallDisk.fill(filler)
                let answer = try fetch()
                return answer.status == 503 ? answer : nil
            }
            #expect(refused.code == "audit_unavailable" && refused.header("Retry-After") == "1", "\(refused)")
            #expect(!refused.text.contains("client_secret"))
            try FileManager.default.removeItem(atPath: filler)
            try eventually("it to be served again") { try fetch().status == 200 }
            // The disk is small all the same.
            try eventually("it to know") {
                try world.keyturn("status", "--json").json["problems"].elements.map(\.["code"].string) == ["disk_full"]
            }
            #expect(try AuditLines(in: disk.outside("state/audit")).of("log.resumed").count <= 1)
            try world.must("audit", "verify")
            daemon.child.signal(SIGTERM)
            #expect(try daemon.outcome().exit == 0)
        }
    }
}
