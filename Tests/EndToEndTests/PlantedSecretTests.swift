import Foundation
import TestSupport
import Testing

/// Known secrets are planted, everything is done with them, and then they are looked for everywhere.
@Suite(.realProcesses) struct PlantedSecretTests {
    private static let passphrase = "plAnted paSSphrase \"with\" \\ quotes"
    private static let secret = "plAnted\"cLient\\sEcret/with<all>&sorts%of+signs="
    private static let wrong = "plAnted-wrOng-secret-0123456789"

    @Test func `secrets are nowhere but where they were asked for`() throws {
        try withWorld(serving: false) { world in
            let made = try world.keyturnd(
                "init", "--passphrase-stdin", "--recovery-out", world.recoveryFile, input: Self.passphrase)
            #expect(made.exit == 0)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8).trimmingCharacters(
                in: .newlines)
            try FileManager.default.removeItem(atPath: world.recoveryFile)
            var planted = [
                "passphrase": Self.passphrase, "client secret": Self.secret, "wrong secret": Self.wrong,
                "recovery key": recovery,
            ]
            for round in 0..<2 {
                try world.start("--log-level", "debug")
                let tokens = try Self.tour(world, recovery: recovery, isFirst: round == 0)
                for (number, token) in tokens.enumerated() { planted["token \(round).\(number)"] = token }
                try Self.searchProcess(try world.daemon.child.pid, for: planted)
                try Self.searchFiles(world, for: planted)
                if round == 0 { try world.crash() } else { try world.stop() }
                try Self.searchFiles(world, for: planted)
            }
            #expect(planted.count == 4 + 2 + 2)
        }
    }

    /// Everything that there is to do, right and wrong. Returns the tokens that were handed out.
    private static func tour(_ world: World, recovery: String, isFirst: Bool) throws -> [String] {
        _ = try world.keyturn("unlock", "--passphrase-stdin", input: passphrase + "x")
        _ = try world.keyturn("unlock", "--recovery-stdin", input: recovery.dropLast() + "!")
        try world.must("unlock", "--passphrase-stdin", input: passphrase)
        if isFirst {
            try world.admitEverything()
            try world.addApp("zoom-prod", secret: secret)
            let app = try world.sandbox.addApp(secret: "right")
            #expect(try world.runner.run(Programs.keyturn, world.adding("zoom-wrong", app), input: wrong).exit == 79)
            let unverified = try world.adding("zoom-wrong", app, "--no-verify")
            #expect(try world.runner.run(Programs.keyturn, unverified, input: wrong).exit == 0)
            _ = try world.runner.run(Programs.keyturn, unverified, input: wrong)
            _ = try world.runner.run(Programs.keyturn, world.adding("zoom-space", app), input: secret + " " + wrong)
        }
        var tokens: [String] = []
        func record(_ answer: Answer) throws {
            if let token = try answer.json["access_token"].string { tokens.append(token) }
        }
        try record(try world.get("/v1/apps/zoom-prod/token"))
        #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == secret)
        for _ in 0..<7 { #expect(try world.get("/v1/apps/zoom-wrong/token").status == 502) }
        for fault in ["status", "html", "truncate", "drop_after", "redirect", "content_type", "empty"] {
            try world.sandbox.fault(fault, count: 1)
            _ = try world.keyturn("token", "zoom-prod", "--refresh")
        }
        // An answer of Zoom's that repeats what it was sent, and one that holds a token in the wrong place.
        try world.must("token", "zoom-prod", "--refresh", "--json")
        try record(try world.get("/v1/apps/zoom-prod/token"))
        for command in CommandTests.all
        where !["fetch", "client"].contains(command[0]) && command[1...].first != "remove" {
            for form in [[], ["--json"]] { _ = try world.runner.run(Programs.keyturn, command + form, input: wrong) }
        }
        // A connection that ends in the middle of a secret.
        let half = try Connection(to: world.admin)
        try half.send(request("POST", "/v1/unlock", body: #"{"passphrase":"\#(wrong)"}"#).dropLast(3).description)
        let broken = try world.ask("POST", "/v1/apps", body: #"{"client_secret":"\#(wrong)","name":7}"#)
        #expect(broken.status == 400 && !broken.text.contains(wrong))
        try world.must("lock")
        try world.must("unlock", "--recovery-stdin", input: recovery)
        return tokens
    }

    private static func searchFiles(_ world: World, for planted: [String: String]) throws {
        guard let names = FileManager.default.enumerator(atPath: world.directory) else {
            throw HarnessError("no files")
        }
        var files = 0
        for case let name as String in names {
            let path = world.directory + "/" + name
            guard let status = Files.look(path), status.st_mode & S_IFMT == S_IFREG else { continue }
            Needles(planted).expectNone(in: try Files.bytes(path), "file \(name)")
            files += 1
        }
        #expect(files > 20)
    }

    private static func searchProcess(_ pid: pid_t, for planted: [String: String]) throws {
        for name in ["cmdline", "environ", "status", "maps"] {
            let path = "/proc/\(pid)/\(name)"
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            #expect(!bytes.isEmpty || name == "environ")
            Needles(planted).expectNone(in: bytes, path)
        }
    }

    @Test func `secrets are not in a command's own arguments or environment`() throws {
        try withWorld { world in
            let app = try world.sandbox.addApp(secret: Self.secret)
            // The command waits for the end of its input, with the secret in its hands.
            var ends: [Int32] = [0, 0]
            #expect(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
            let files = world.directory + "/runs/held"
            let command = try Child(
                Programs.keyturn, try world.adding("zoom-prod", app), environment: world.runner.environment,
                input: ends[0],
                output: files, errors: files)
            #expect(unsafe write(ends[1], Self.secret, Self.secret.utf8.count) == Self.secret.utf8.count)
            try eventually("it to read", holds: { Self.unread(ends[0]) == 0 })
            try Self.searchProcess(command.pid, for: ["client secret": Self.secret])
            close(ends[0])
            close(ends[1])
            #expect(try command.wait() == .exit(0))
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == Self.secret)
        }
    }

    private static func unread(_ descriptor: Int32) -> Int {
        var byte: UInt8 = 0
        return unsafe max(0, recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)))
    }

    @Test func `a key file is copied nowhere`() throws {
        try withWorld(serving: false) { world in
            let key = "plAnted kEy file, 32 bytes long!"
            try Data(key.utf8).write(to: URL(filePath: world.keyFile))
            try Files.set(world.keyFile, 0o400)
            try world.initialise()
            try world.start("--key-file", world.keyFile, "--log-level", "debug")
            try world.must("status", "--json")
            try world.stop()
            #expect(try world.keyturnd("serve", "--key-file", world.keyFile, "--log-level", "shouting").exit == 64)
            try FileManager.default.removeItem(atPath: world.keyFile)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8).trimmingCharacters(
                in: .newlines)
            try FileManager.default.removeItem(atPath: world.recoveryFile)
            for name in try FileManager.default.subpathsOfDirectory(atPath: world.directory) {
                guard let bytes = FileManager.default.contents(atPath: world.directory + "/" + name) else { continue }
                Needles(["key file": key, "recovery key": recovery]).expectNone(in: bytes, name)
            }
        }
    }

    /// Root may look into anybody unless it has no capabilities: the daemon and who looks have none here, but the same user.
    @Test(.enabled(if: OtherUser.mayBe, OtherUser.why))
    func `no other process can read the daemon's memory`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let powerless = ["--bounding-set", "-all", "--inh-caps", "-all"]
            func start(_ program: String, _ arguments: String...) throws -> Running {
                try world.runner.start("setpriv", powerless + [program] + arguments)
            }
            func opens(_ name: String, of running: Running) throws -> Bool {
                let path = "/proc/\(running.child.pid)/\(name)"
                return try world.runner.run("setpriv", powerless + ["sh", "-c", ": <\(path)"]).exit == 0
            }
            let daemon = try start(Programs.keyturnd, "serve", "--key-file", world.keyFile)
            let other = try start("sleep", "60")
            defer { for running in [daemon, other] { running.child.end() } }
            try eventually("the daemon to listen") { world.isHealthy }
            for name in ["environ", "maps", "mem"] {
                #expect(try opens(name, of: other), "a process that does not mind")
                #expect(try !opens(name, of: daemon), "\(name)")
            }
            let limits = try String(contentsOfFile: "/proc/\(daemon.child.pid)/limits", encoding: .utf8)
            let core = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
            #expect(core?.split(separator: " ").dropFirst(4).first == "0")
        }
    }

    @Test(arguments: [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGQUIT])
    func `a crash prints nothing`(_ signal: Int32) throws {
        try withWorld { world in
            let before = try Files.bytes(world.daemon.errors)
            try world.daemon.child.signal(signal)
            #expect(try world.daemon.child.wait() == .signal(signal))
            #expect(try Files.bytes(world.daemon.errors) == before, "registers and memory may hold secrets")
        }
    }
}
