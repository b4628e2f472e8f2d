import Foundation
import TestSupport
import Testing

/// Killed at any moment (seeded, the same in each run).
@Suite(.realProcesses) struct CrashTests {
    /// What must be in the vault, what must not, and what nobody can know.
    private struct Expected {
        var apps: [String: ZoomApp] = [:]
        var unknownApps: [String: ZoomApp] = [:]
        var clients: Set = ["tests"]
        var unknownClients: Set<String> = []
        /// The token that a refresh reported.
        var tokens: [String: String] = [:]
    }

    private enum Change {
        case addApp(String, ZoomApp), removeApp(String), addClient(String), removeClient(String), refresh(String)
    }

    @Test func `everything reported as done is there after each of forty kills`() throws {
        try withWorld { world in
            var chance = Dice(0x4B54)
            var expected = Expected()
            var (done, failed) = (0, 0)
            var span = UInt32(0)
            for round in 0...40 {
                let before = done
                let started = ContinuousClock.now
                let changes = try Self.changes(round, expected, world.sandbox)
                let runs = try changes.map { ($0, try Self.start($0, world)) }
                if round == 0 {
                    // The first round is let through, to learn how long one takes on this machine.
                    for (_, run) in runs { _ = try run.outcome() }
                    span = UInt32((ContinuousClock.now - started) / .microseconds(1))
                } else {
                    usleep(.random(in: 0...span, using: &chance))
                }
                try world.crash()
                for (change, run) in runs {
                    let outcome = try run.outcome()
                    #expect(outcome.exit == 0 || outcome.complains())
                    if outcome.exit == 0 { done += 1 } else { failed += 1 }
                    Self.record(change, outcome, in: &expected)
                }
                // What the machine does beside this changes how long one takes.
                if done == before { span = span / 4 * 5 } else if done - before == runs.count { span = span / 5 * 4 }
                try world.start()
                try Self.expect(&expected, world, "round \(round)")
            }
            #expect(done > 15 && failed > 15, "the kills came too early or too late: \(done) done, \(failed) failed")
            try world.stop()
            try world.start()
            try Self.expect(&expected, world, "in the end")
        }
    }

    private static func changes(_ round: Int, _ expected: Expected, _ sandbox: Sandbox) throws -> [Change] {
        var changes = [Change.addApp("app-\(round)", try sandbox.addApp()), .addClient("client-\(round)")]
        let apps = expected.apps.keys.sorted()
        if let app = apps.first, round % 4 == 3 { changes.append(.removeApp(app)) }
        if let app = apps.last { changes.append(.refresh(app)) }
        if let client = expected.clients.subtracting(["tests"]).min(), round % 3 == 2 {
            changes.append(.removeClient(client))
        }
        return changes
    }

    private static func start(_ change: Change, _ world: World) throws -> Running {
        let (arguments, input): ([String], String?) =
            switch change {
            case .addApp(let name, let app): (try world.adding(name, app), app.secret)
            case .removeApp(let name): (["app", "remove", name, "--yes"], nil)
            case .addClient(let name): (["client", "add", name, "--uid", "1", "--allow", "*:token"], nil)
            case .removeClient(let name): (["client", "remove", name, "--yes"], nil)
            case .refresh(let name): (["token", name, "--refresh", "--reveal"], nil)
            }
        return try world.runner.start(Programs.keyturn, arguments, input: input)
    }

    private static func record(_ change: Change, _ outcome: Outcome, in expected: inout Expected) {
        let isDone = outcome.exit == 0
        switch change {
        case .addApp(let name, let app):
            if isDone { expected.apps[name] = app } else { expected.unknownApps[name] = app }
        case .removeApp(let name):
            let app = expected.apps.removeValue(forKey: name)
            if !isDone { expected.unknownApps[name] = app }
        case .addClient(let name):
            if isDone { expected.clients.insert(name) } else { expected.unknownClients.insert(name) }
        case .removeClient(let name):
            expected.clients.remove(name)
            if !isDone { expected.unknownClients.insert(name) }
        case .refresh(let name):
            expected.tokens[name] = isDone ? outcome.output.trimmingCharacters(in: .newlines) : nil
        }
    }

    /// Compares, and takes for known from now on what the vault says of the unknown.
    private static func expect(_ expected: inout Expected, _ world: World, _ when: String) throws {
        let mints = try world.sandbox.mints()
        let listed = try Set(world.keyturn("app", "list", "--json").json["apps"].elements.compactMap(\.["name"].string))
        for (name, app) in expected.unknownApps where listed.contains(name) { expected.apps[name] = app }
        expected.unknownApps = [:]
        #expect(listed == Set(expected.apps.keys), "\(when)")
        for (name, app) in expected.apps {
            let credentials = try world.get("/v1/apps/\(name)/credentials").json
            #expect(credentials["client_secret"].string == app.secret, "\(when): \(name)")
            #expect(credentials["account_id"].string == app.accountID, "\(when): \(name)")
            guard let token = expected.tokens[name] else { continue }
            #expect(try world.get("/v1/apps/\(name)/token").json["access_token"].string == token, "\(when): \(name)")
        }
        #expect(try world.sandbox.mints() == mints, "\(when): a token that was kept is not minted again")

        let clients = try Set(
            world.keyturn("client", "list", "--json").json["clients"].elements.compactMap(\.["name"].string))
        expected.clients.formUnion(expected.unknownClients.intersection(clients))
        expected.unknownClients = []
        #expect(clients == expected.clients, "\(when)")
    }

    @Test func `a killed init leaves a whole vault or none`() throws {
        try withWorld(serving: false) { world in
            var chance = Dice(7)
            var (whole, none) = (0, 0)
            var span = UInt32(0)
            for round in 0...25 {
                let before = none
                let started = ContinuousClock.now
                let run = try world.runner.start(
                    Programs.keyturnd, ["init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile])
                if round == 0 {
                    #expect(try run.outcome().exit == 0)
                    span = UInt32((ContinuousClock.now - started) / .microseconds(1))
                } else {
                    usleep(.random(in: 0...span, using: &chance))
                }
                run.child.end()
                try? FileManager.default.removeItem(atPath: world.recoveryFile)
                if Files.exists(world.vault) {
                    whole += 1
                } else {
                    none += 1
                    if (try? Files.bytes(world.keyFile).count) == 0 {
                        try FileManager.default.removeItem(atPath: world.keyFile)
                    }
                    try world.initialise()
                }
                try world.start()
                try world.admitEverything()
                try world.stop()
                for path in [world.state, world.keyFile, world.recoveryFile] {
                    try? FileManager.default.removeItem(atPath: path)
                }
                if none == before { span = span / 5 * 4 }
            }
            #expect(none > 0, "the kills came too late")
        }
    }
}
