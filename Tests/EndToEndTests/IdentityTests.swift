import Foundation
import TestSupport
import Testing

/// Callers are told apart by what the kernel knows of their processes, and for as long as it is so.
@Suite(.realProcesses, .enabled(if: OtherUser.mayBe, OtherUser.why)) struct IdentityTests {
    private static let token = "/v1/apps/zoom-prod/token"
    private static let somebody = OtherUser(uid: 65_533, gid: 65_533)
    private static let curl = URL(filePath: "/usr/bin/curl").resolvingSymlinksInPath().path

    private func admit(_ world: World, _ selectors: String...) throws {
        _ = try? world.keyturn("client", "remove", "ping", "--yes")
        let outcome = try world.runner.run(
            Programs.keyturn, ["client", "add", "ping", "--uid", "65533"] + selectors + ["--allow", "*:token"])
        try #require(outcome.exit == 0, "\(outcome)")
    }

    @Test func `supplementary groups count`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try admit(world, "--gid", "4711")
            func status(_ groups: String) throws -> Int {
                let outcome = try world.runner.run(
                    "setpriv",
                    ["--reuid", "65533", "--regid", "65533"] + groups.split(separator: " ").map(String.init)
                        + [
                            "curl", "-so", "/dev/null", "-w", "%{http_code}", "--unix-socket", world.agent, "-H",
                            "Keyturn-Request: 1", "http://keyturn" + Self.token,
                        ])
                return Int(outcome.output) ?? 0
            }
            #expect(try status("--groups 5,4711") == 200)
            #expect(try status("--groups 5,4712") == 403)
            #expect(try status("--groups \((5000..<5040).map(String.init).joined(separator: ",")),4711") == 200)
            #expect(try status("--clear-groups") == 403)
        }
    }

    @Test func `the executable must be the one named`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try admit(world, "--exe", Self.curl)
            #expect(try world.curl(Self.token, as: Self.somebody).status == 200)
            try admit(world, "--exe", "/usr/bin/some-other-program")
            #expect(try world.curl(Self.token, as: Self.somebody).status == 403)

            let copy = world.directory + "/curl"
            // By another process: a child that another test starts meanwhile would have it open for writing, and then nobody
            // can run it.
            #expect(try world.runner.run("cp", [Self.curl, copy]).exit == 0)
            try admit(world, "--exe", Self.curl)
            let outcome = try world.run(
                copy, ["-s", "--unix-socket", world.agent, "-H", "Keyturn-Request: 1", "http://keyturn" + Self.token],
                as: Self.somebody)
            #expect(outcome.output.contains("not_granted"))
        }
    }

    @Test(arguments: ["curl", "/usr/../bin/curl", "/usr/bin/", "/"])
    func `a path that the kernel never reports is no selector`(_ path: String) throws {
        try withWorld { world in
            let outcome = try world.keyturn("client", "add", "x", "--uid", "1", "--exe", path, "--allow", "*:token")
            #expect(outcome.exit == 65 && outcome.complains())
            try FileManager.default.createSymbolicLink(
                atPath: world.directory + "/link", withDestinationPath: Self.curl)
            let link = try world.keyturn(
                "client", "add", "x", "--uid", "1", "--exe", world.directory + "/link", "--allow", "*:token")
            #expect(link.exit == 65 && link.errors.contains(Self.curl))
            let unit = try world.keyturn("client", "add", "x", "--uid", "1", "--unit", "x", "--allow", "*:token")
            #expect(unit.exit == 65)
        }
    }

    @Test(.enabled(if: ControlGroups.mayBeMade, "control groups cannot be made here"))
    func `the unit must be the one named`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let group = try ControlGroups(unit: "kt-test-\(UUID().uuidString.prefix(8)).service")
            defer { group.remove() }
            try admit(world, "--unit", group.unit)
            #expect(try world.curl(Self.token, as: Self.somebody).status == 403)
            let inside = try world.runner.run(
                "/bin/sh",
                [
                    "-c",
                    "echo $$ > \(group.path)/cgroup.procs && exec setpriv --reuid 65533 --regid 65533 --clear-groups curl -s --unix-socket \(world.agent) -H 'Keyturn-Request: 1' http://keyturn\(Self.token)",
                ])
            #expect(inside.output.contains("access_token"), "\(inside)")
        }
    }

    @Test(.enabled(if: PerlClient.isThere)) func `a connection ends with its process`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try admit(world)
            let handedOn = try PerlClient(world, "die", Self.token, as: Self.somebody)
            #expect(try handedOn.lines(2) == ["200", "closed"], "a child has it, and its maker is dead")
            let kept = try PerlClient(world, "again", Self.token, as: Self.somebody)
            #expect(try kept.lines(2) == ["200", "200"], "who stays is not put out")
        }
    }

    @Test(.enabled(if: PerlClient.isThere))
    func `a connection does not go with its process to another user`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            try admit(world)
            #expect(try PerlClient(world, "rise", Self.token, ["65533"]).lines(2) == ["200", "closed"])

            let program = world.directory + "/sleep"
            #expect(try world.runner.run("cp", ["-L", "/usr/bin/sleep", program]).exit == 0)
            try Files.set(program, 0o4755)
            let client = try PerlClient(world, "exec", Self.token, [program, "60"], as: Self.somebody)
            defer { client.running.child.end() }
            #expect(try client.lines(2) == ["200", "closed"])
        }
    }

    @Test func `a policy with more selectors also holds for open connections`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let open = try Connection(to: world.agent)
            func status() throws -> Int {
                try open.send(request("GET", Self.token))
                return try open.answer().status
            }
            func admit(_ selector: String...) throws {
                try world.must("client", "remove", "tests", "--yes")
                let outcome = try world.runner.run(
                    Programs.keyturn,
                    ["client", "add", "tests", "--uid", "\(geteuid())"] + selector + ["--allow", "*:token"])
                try #require(outcome.exit == 0, "\(outcome)")
            }
            #expect(try status() == 200)
            try admit("--exe", Self.curl)
            #expect(try status() == 403)
            try admit("--exe", FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            #expect(try status() == 200)
            try admit("--unit", "no-such.service")
            #expect(try status() == 403)
        }
    }

    private static let elsewhere = [
        (namespace: ["--user", "--map-root-user"], uid: "65534"),
        (namespace: ["--pid", "--fork", "--kill-child"], uid: "65533"),
    ]

    /// Whether this machine lets a program into a namespace of its own.
    private static func mayEnter(_ namespace: [String]) -> Bool {
        guard let world = try? World() else { return false }
        defer { world.close() }
        return (try? world.runner.run("unshare", namespace + ["true"]))?.exit == 0
    }
    private static let isElsewhereThere = elsewhere.allSatisfy { mayEnter($0.namespace) }

    @Test(.enabled(if: isElsewhereThere, "namespaces cannot be made here"), arguments: elsewhere)
    func `callers from another namespace need a policy that allows it`(_ namespace: [String], _ uid: String) throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let daemon = try world.runner.start(
                "unshare", namespace + [Programs.keyturnd, "serve", "--key-file", world.keyFile])
            defer { daemon.child.end() }
            try eventually("the daemon to serve") { world.isHealthy }
            let app = try world.sandbox.addApp()
            try world.must(
                "app", "add", "zoom-prod", "--account-id=\(app.accountID)", "--client-id=\(app.clientID)",
                "--secret-stdin", "--no-verify", input: app.secret)
            let credentials = "/v1/apps/zoom-prod/credentials"
            try world.must("client", "add", "ping", "--uid", uid, "--allow", "*:credentials")
            #expect(try world.curl(credentials, as: Self.somebody).status == 403)
            try world.must("client", "add", "any", "--uid", uid, "--foreign", "--allow", "*:credentials")
            #expect(try world.curl(credentials, as: Self.somebody).status == 200)
            try world.must("client", "remove", "any", "--yes")
            try world.must(
                "client", "add", "any", "--uid", uid, "--foreign", "--exe", Self.curl, "--allow", "*:credentials")
            #expect(try world.curl(credentials, as: Self.somebody).status == 403, "nothing is known of its process")
        }
    }
}

/// A control group as systemd would make it for a unit.
struct ControlGroups {
    let unit: String
    let path: String

    private static let root = Files.exists("/sys/fs/cgroup/systemd") ? "/sys/fs/cgroup/systemd" : "/sys/fs/cgroup"
    private static let slice = root + "/system.slice"

    static let mayBeMade: Bool = {
        guard geteuid() == 0, let group = try? ControlGroups(unit: "kt-may-\(getpid()).service") else { return false }
        defer { group.remove() }
        return Files.exists(group.path + "/cgroup.procs")
    }()

    init(unit: String) throws {
        self.unit = unit
        path = Self.slice + "/" + unit
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() {
        unsafe rmdir(path)
        unsafe rmdir(Self.slice)
    }
}
