import Foundation
import Testing

/// The audit log of a real daemon.
@Suite(.realProcesses) struct AuditTests {
    @Test func `each grant and refusal is in the log before its client knows, and a changed byte is found`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", secret: "right")
            #expect(try world.audit.of("app.add").map(\.["outcome"].string) == ["done"])
            _ = try world.curl("/v1/apps/zoom-prod/credentials")
            let allowed = try #require(try world.audit.documents.last)
            #expect(allowed["action"].string == "credentials.get" && allowed["outcome"].string == "allowed")
            _ = try world.curl("/v1/apps/nothing/credentials")
            #expect(try world.audit.documents.last?["outcome"].string == "denied")
            try world.must("audit", "verify")
            try world.must("audit", "verify", "--from", "1")
            let beyond = try world.keyturn("audit", "verify", "--from", "9")
            #expect(beyond.exit == 66 && beyond.errors.contains("no file with the number 9"), "\(beyond)")
            let file = world.auditDirectory + "/audit-00000001.jsonl"
            let bytes = try String(contentsOfFile: file, encoding: .utf8)
                .replacing("zoom-prod", with: "zoom-prot", maxReplacements: 1)
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.write(contentsOf: Data(bytes.utf8))
            #expect(try world.keyturn("audit", "verify").exit == 65)
        }
    }

    @Test func `each line of a change says what was changed and in which commit, and a failure is marked as one`()
        throws
    {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            #expect(
                try world.runner.run(Programs.keyturn, world.adding("zoom-prod", app), input: app.secret).exit == 65)
            try world.must("app", "set", "zoom-prod", "--overlap", "2h")
            try world.must("client", "remove", "tests", "--yes")
            try world.must("app", "remove", "zoom-prod", "--yes")
            let audit = try world.audit
            for (action, member, outcomes) in [
                ("client.add", "client", ["done"]), ("app.add", "app", ["done", "failed"]),
                ("app.set", "app", ["done"]),
                ("client.remove", "client", ["done"]), ("app.remove", "app", ["done"]),
            ] {
                let lines = audit.of(action)
                #expect(lines.map(\.["outcome"].string) == outcomes, "\(action)")
                #expect(lines.allSatisfy { $0[member].string == (member == "app" ? "zoom-prod" : "tests") }, "\(lines)")
                #expect(lines.allSatisfy { ($0["commit"].int != nil) == ($0["outcome"].string == "done") }, "\(lines)")
                #expect(lines.allSatisfy { $0["uid"].int == Int(geteuid()) })
            }
            #expect(audit.commits == audit.commits.sorted() && Set(audit.commits).count == audit.commits.count)
            try world.must("audit", "verify")
        }
    }

    @Test func `reading, revealing and refreshing a token are told apart, and a failure is no success`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try world.must("token", "zoom-prod")
            try world.must("token", "zoom-prod", "--refresh")
            try world.must("token", "zoom-prod", "--reveal")
            #expect(try world.keyturn("token", "missing", "--reveal").exit == 66)
            let lines = try world.audit.documents.filter {
                ["token.show", "token.renew", "token.reveal"].contains($0["action"].string)
            }
            #expect(
                lines.map { "\($0["action"].string ?? "") \($0["outcome"].string ?? "")" } == [
                    "token.show done", "token.renew done", "token.reveal done", "token.reveal failed",
                ])
        }
    }

    @Test func `the line of a lock is the last one, and a lock that was refused has none`() throws {
        try withWorld { world in
            try world.must("lock")
            let last = try #require(try world.audit.documents.last)
            #expect(last["action"].string == "vault.lock" && last["outcome"].string == "done" && last["uid"].int != nil)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: recovery).exit == 0)
            #expect(try world.audit.documents.last?["action"].string == "vault.unlock")
            try world.stop()
            let stopped = try #require(try world.audit.documents.last)
            #expect(stopped["action"].string == "vault.lock" && stopped["actor"].string == "keyturnd")
        }
    }

    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why)) func `a caller that lacks the role is in the log`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_ADMIN_VIEWER_GROUP": "daemon", "KEYTURN_ADMIN_ADMIN_GROUP": "bin"])
            func ask(_ method: String, _ path: String, gid: Int) throws {
                _ = try world.run(
                    "curl",
                    [
                        "-si", "-X", method, "--unix-socket", world.admin, "-H", "Keyturn-Request: 1",
                        "http://keyturn" + path,
                    ], as: OtherUser(uid: 65_533, gid: gid))
            }
            try ask("POST", "/v1/lock", gid: 1)
            try ask("GET", "/v1/status", gid: 65_533)
            let lines = try world.audit.documents.filter { $0["outcome"].string == "denied" }
            #expect(lines.map(\.["action"].string) == ["vault.lock", "admin.request"])
            #expect(lines.allSatisfy { $0["uid"].int == 65_533 })
            #expect(lines.first?["reason"].string?.hasPrefix("not_permitted") == true)
            #expect(lines.last?["path"].string == "/v1/status" && lines.last?["method"].string == "GET")
        }
    }

    @Test(.enabled(if: LoginUser.maySet, LoginUser.why))
    func `an operator's line names the login behind root, and a client's line has no more than before`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            for (user, name) in [(1, "daemon"), (2, "bin")] {
                let outcome = try world.runner.run(
                    "sh", ["-c", LoginUser.command(user), "sh", Programs.keyturn, "pause", "zoom-prod"])
                #expect(outcome.exit == 0, "\(outcome)")
                let line = try #require(try world.audit.of("app.set").last)
                #expect(line["uid"].int == 0 && line["user"].string == "root")
                #expect(
                    line["login_uid"].int == user && line["login_user"].string == name && line["session"].int != nil)
            }
            _ = try world.curl("/v1/apps/zoom-prod/credentials")
            let fetch = try #require(try world.audit.documents.last)
            #expect(fetch["action"].string == "credentials.get" && fetch["login_uid"].int == nil)
            try world.must("audit", "verify")
        }
    }

    @Test func `with audit.sync: always every client is answered, on kept connections too`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_AUDIT_SYNC": "always"])
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            let connections = try (0..<20).map { _ in try Connection(to: world.agent) }
            for round in 0..<5 {
                for connection in connections { try connection.send(request("GET", "/v1/apps/zoom-prod/credentials")) }
                for connection in connections {
                    #expect(try connection.answer().json["client_secret"].string == app.secret)
                }
                #expect(try world.audit.of("credentials.get").count == 20 * (round + 1))
            }
            try world.must("audit", "verify")
            let wrong = try world.keyturnd("serve", environment: ["KEYTURN_AUDIT_SYNC": "sometimes"])
            #expect(wrong.exit == 78 && wrong.errors.contains("KEYTURN_AUDIT_SYNC"))
        }
    }
}

/// A login that is not this process's own, as pam_loginuid(8) would set it.
private enum LoginUser {
    static let why: Comment = "needs root, and a kernel with audit sessions"
    static let maySet = {
        let shell = Process()
        (shell.executableURL, shell.arguments) = (URL(filePath: "/bin/sh"), ["-c", command(1), "sh", "true"])
        shell.standardError = nil
        guard (try? shell.run()) != nil else { return false }
        shell.waitUntilExit()
        return geteuid() == 0 && shell.terminationStatus == 0
    }()

    static func command(_ user: Int) -> String { #"echo \#(user) > /proc/self/loginuid && exec "$@""# }
}
