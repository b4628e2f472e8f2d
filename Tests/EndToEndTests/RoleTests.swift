import Foundation
import Testing

/// The admin socket, and those who are neither root nor the daemon's user.
@Suite(.realProcesses, .enabled(if: OtherUser.mayBe, OtherUser.why)) struct RoleTests {
    private func ask(_ world: World, _ method: String, _ path: String, gid: Int) throws -> (status: Int, code: String?)
    {
        let outcome = try world.run(
            "curl",
            [
                "-si", "-X", method, "--unix-socket", world.admin, "-H", "Keyturn-Request: 1",
                "http://keyturn" + path,
            ], as: OtherUser(uid: 65_533, gid: gid))
        guard let (answer, _) = try Answer.first(in: Array(outcome.output.utf8), isAll: true) else { return (0, nil) }
        return (answer.status, answer.code)
    }

    /// Groups that every Debian has: daemon 1, bin 2, sys 3, adm 4.
    @Test func `each role may do what it lists and no more`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: [
                "KEYTURN_ADMIN_VIEWER_GROUP": "daemon", "KEYTURN_ADMIN_OPERATOR_GROUP": "bin",
                "KEYTURN_ADMIN_ADMIN_GROUP": "sys", "KEYTURN_ADMIN_AUDITOR_GROUP": "adm",
            ])
            #expect(Files.mode(world.runtime + "/admin") == 0o711 && Files.mode(world.admin) == 0o666)
            try world.addApp("zoom-prod")
            let expected: [(String, String, [Int])] = [
                ("GET", "/v1/status", [200, 200, 200, 200]), ("GET", "/v1/clients", [200, 200, 200, 200]),
                ("POST", "/v1/explain", [400, 400, 400, 400]),
                ("GET", "/v1/audit", [403, 200, 200, 200]), ("POST", "/v1/audit/verify", [403, 200, 200, 200]),
                ("GET", "/v1/apps/zoom-prod/token", [403, 403, 200, 200]),
                ("GET", "/v1/apps/zoom-prod/token?reveal=true", [403, 403, 403, 200]),
                ("DELETE", "/v1/clients/nobody", [403, 403, 403, 404]),
                ("POST", "/v1/audit/acknowledge", [403, 403, 403, 409]), ("POST", "/v1/lock", [403, 403, 403, 204]),
            ]
            for (method, path, statuses) in expected {
                for (gid, status) in zip([1, 4, 2, 3], statuses) {
                    let answer = try ask(world, method, path, gid: gid)
                    #expect(answer.status == status, "\(method) \(path) as group \(gid)")
                    if status == 403 { #expect(answer.code == "not_permitted") }
                }
                let stranger = try ask(world, method, path, gid: 65_533)
                #expect(stranger.status == 403 && stranger.code == "not_granted")
            }
        }
    }

    @Test func `a plan that a viewer reads asks Zoom for nothing`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: [
                "KEYTURN_ADMIN_VIEWER_GROUP": "daemon", "KEYTURN_ADMIN_OPERATOR_GROUP": "bin",
            ])
            try world.addApp("zoom-prod")
            let before = try world.sandbox.requests()
            for _ in 0..<3 { #expect(try ask(world, "GET", "/v1/apps/zoom-prod/plan", gid: 1).status == 200) }
            #expect(try world.sandbox.requests() == before)
            #expect(try ask(world, "GET", "/v1/apps/zoom-prod/plan", gid: 2).status == 200)
            #expect(try world.sandbox.requests() > before)
        }
    }

    @Test func `a single group has the socket to itself`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_ADMIN_OPERATOR_GROUP": "bin"])
            #expect(Files.mode(world.runtime + "/admin") == 0o750 && Files.look(world.runtime + "/admin")?.st_gid == 2)
            #expect(Files.mode(world.admin) == 0o660 && Files.look(world.admin)?.st_gid == 2)
            #expect(try ask(world, "GET", "/v1/status", gid: 2).status == 200)
            #expect(try ask(world, "GET", "/v1/status", gid: 3).status == 0, "the kernel lets nobody else in")
            try world.stop()
            try world.start()
            #expect(Files.mode(world.runtime + "/admin") == 0o700 && Files.look(world.runtime + "/admin")?.st_gid == 0)
            #expect(Files.mode(world.admin) == 0o600)
        }
    }

    @Test(.enabled(if: OtherUser.mayRunPrograms, OtherUser.whyNoPrograms))
    func `the commands end with 77 and name the role`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_ADMIN_VIEWER_GROUP": "daemon"])
            let viewer = OtherUser(uid: 65_533, gid: 1)
            let places = ["--runtime-dir", world.runtime]
            #expect(try world.run(Programs.keyturn, ["status"] + places, as: viewer).exit == 0)
            let refused = try world.run(Programs.keyturn, ["lock"] + places, as: viewer)
            #expect(refused.exit == 77 && refused.complains() && refused.errors.contains("role admin"))
        }
    }

    @Test func `a group that does not exist is a mistake`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let outcome = try world.keyturnd(
                "serve", "--key-file", world.keyFile, environment: ["KEYTURN_ADMIN_VIEWER_GROUP": "no-such-group"])
            #expect(outcome.exit == 78 && outcome.errors.contains("admin.viewer_group"))
        }
    }
}
