import Foundation
import PostgreSQLTestSupport
import TestSupport
import Testing

/// `keyturnd migrate`: a vault moves from its file into a database, and back, with all that it has.
@Suite(.realProcesses) struct MigrationTests {
    @Test func `a vault moves into a database and back, and its rotation, its commits and its audit log go on`() throws
    {
        try withMove { move in
            let app = try move.world.addApp("zoom-prod")
            try move.world.must("rotate", "zoom-prod", "--overlap", "1d")
            let newest = try move.world.fetchedSecret()
            let before = try move.facts()
            try move.world.stop()

            for (direction, serial) in [(Direction.toDatabase, 1), (.toFile, 2), (.toDatabase, 3)] {
                let outcome = try move.run(direction)
                #expect(outcome.exit == 0, "\(outcome)")
                #expect(outcome.output.contains("to undo it: keyturnd migrate --from"), "\(outcome)")
                #expect(Files.exists(move.world.vault) == (direction == .toFile))
                let late = try move.refusal(direction.source)
                #expect(late.complains(as: "keyturnd") && late.exit == (direction == .toFile ? 65 : 66), "\(late)")
                try move.start(direction.target)
                #expect(try move.world.fetchedSecret() == newest)
                #expect(try move.facts() == before, "\(direction)")
                let troubles = try move.world.problems().filter { $0 != "backup_missing" && $0 != "backups_missing" }
                #expect(
                    !troubles.contains { $0.hasPrefix("store") || $0.hasPrefix("vault") || $0.hasPrefix("audit") },
                    "\(troubles)")
                try move.world.must("client", "add", "later\(serial)", "--uid", "1", "--allow", "*:token")
                try move.world.must("client", "remove", "later\(serial)", "--yes")
                #expect(try move.world.keyturn("audit", "verify").exit == 0)
                try move.world.stop()
                let check = try move.world.keyturnd(
                    "check", "--key-file", move.world.keyFile, environment: move.settings(direction.target))
                #expect(check.exit == 0, "\(check)")
            }
            try move.start(.database)
            try move.world.must("rotation", "finish", "zoom-prod", "--yes")
            try eventually("the old secret to be revoked") { try !move.world.sandbox.accepts(app.secret, of: app) }
            #expect(try move.world.fetchedSecret() == newest)
        }
    }

    @Test(arguments: Direction.allCases, ["afterCopy", "beforeLeave", "afterLeave", "afterFinish"])
    func `killed at any step, one place at most is served, and the command repeated finishes`(
        direction: Direction, step: String
    ) throws {
        try withMove(direction.source) { move in
            let app = try move.world.addApp("zoom-prod")
            try move.world.stop()
            let killed = try move.run(direction, environment: ["KEYTURN_FAULT": step])
            #expect(killed.exit == 128 + SIGKILL, "\(killed)")

            if step == "afterFinish" {
                let again = try move.run(direction)
                #expect(again.exit == 65 && again.errors.contains("there already is a vault "), "\(again)")
            } else {
                // The copy is refused, here and on other hosts.
                let refused = try move.refusal(direction.target)
                #expect([65, 66].contains(refused.exit) && refused.complains(as: "keyturnd"), "\(refused)")
                if direction == .toDatabase {
                    let other = try World(environment: ["KEYTURN_STORE": move.database.url])
                    defer { other.close() }
                    let elsewhere = try other.keyturnd("serve", "--key-file", move.world.keyFile)
                    #expect(elsewhere.exit == 65 && elsewhere.errors.contains("that was not finished"), "\(elsewhere)")
                }
                if step == "afterLeave" {
                    let left = try move.refusal(direction.source)
                    #expect([65, 66].contains(left.exit), "\(left)")
                    #expect((left.errors + refused.errors).contains("keyturnd migrate"), "\(left) \(refused)")
                } else {
                    // The old place is the vault, and what is changed there is not lost.
                    try move.start(direction.source)
                    #expect(try move.world.fetchedSecret() == app.secret)
                    try move.world.must("client", "add", "later", "--uid", "1", "--allow", "*:token")
                    try move.world.stop()
                }
                let again = try move.run(direction)
                #expect(again.exit == 0, "\(again)")
            }
            let source = try move.refusal(direction.source)
            #expect([65, 66].contains(source.exit), "\(source)")
            try move.start(direction.target)
            #expect(try move.world.fetchedSecret() == app.secret)
            if step != "afterLeave", step != "afterFinish" { try move.world.must("client", "show", "later") }
            #expect(try move.world.keyturn("audit", "verify").exit == 0)
            #expect(try !move.world.problems().contains { $0.hasPrefix("store") || $0.hasPrefix("vault") })
            try move.world.must("rotate", "zoom-prod", "--overlap", "1d")
        }
    }

    @Test func `what cannot be moved is named, and stays as it is`() throws {
        try withMove { move in
            try move.world.addApp("zoom-prod")
            let running = try move.run(.toDatabase)
            #expect(running.exit == 75 && running.complains(as: "keyturnd"), "\(running)")
            try move.world.stop()
            for (words, exit, said) in [
                (["--from", move.database.url, "--to", move.database.url], 64, "move it to the file first"),
                (["--from", move.world.vault, "--to", move.world.vault], 64, "is the URL of a database"),
                (["--from", move.world.directory + "/x.db", "--to", move.database.url], 64, "--state-dir DIR"),
                (["--from", move.database.url, "--to", move.world.vault], 65, "there already is a vault "),
                (["--from", move.world.vault, "--to", move.database.cluster.loopback("nothing")], 66, "createdb"),
            ] as [([String], Int32, String)] {
                let outcome = try move.world.runner.run(
                    Programs.keyturnd, ["migrate", "--key-file", move.world.keyFile] + words)
                #expect(outcome.exit == exit && outcome.errors.contains(said), "\(words): \(outcome)")
            }
            let other = move.world.directory + "/other-key"
            try Data(repeating: 7, count: 32).write(to: URL(filePath: other))
            try Files.set(other, 0o400)
            let wrong = try move.run(.toDatabase, key: other)
            #expect(wrong.exit == 65 && wrong.complains(as: "keyturnd"), "\(wrong)")
            #expect(try move.database.sql("SELECT to_regclass('keyturn.vault') IS NULL") == "t", "nothing was made")

            // An older copy of the vault, beside the log of the newer one.
            let old = move.world.directory + "/old.db"
            try FileManager.default.copyItem(atPath: move.world.vault, toPath: old)
            try move.start(.file)
            try move.world.must("client", "add", "later", "--uid", "1", "--allow", "*:token")
            try move.world.stop()
            let whole = try Files.bytes(move.world.vault)
            try Data(contentsOf: URL(filePath: old)).write(to: URL(filePath: move.world.vault))
            let older = try move.run(.toDatabase)
            #expect(older.exit == 65 && older.errors.contains("older than its audit log"), "\(older)")
            try Data(whole).write(to: URL(filePath: move.world.vault))
            #expect(try move.run(.toDatabase).exit == 0)

            // On a host without the audit log.
            let bare = try World(environment: ["KEYTURN_STORE": ""])
            defer { bare.close() }
            let outcome = try bare.keyturnd(
                "migrate", "--from", move.database.url, "--to", bare.vault, "--key-file", move.world.keyFile)
            #expect(outcome.exit == 65 && outcome.errors.contains("audit log is not in"), "\(outcome)")
            #expect(!Files.exists(bare.vault))
        }
    }

    @Test func `a database that a vault was moved away from makes way for no other vault, and for a backup when asked`()
        throws
    {
        try withMove { move in
            let app = try move.world.addApp("zoom-prod")
            let file = try move.world.backedUp()
            try move.world.stop()
            #expect(try move.run(.toDatabase).exit == 0)
            // A change in the database that the file will not have.
            try move.start(.database)
            try move.world.must("client", "add", "later", "--uid", "1", "--allow", "*:token")
            try move.world.stop()
            let older = try Files.names(move.world.state).first { $0.hasPrefix("moved-") }
            let aside = move.world.state + "/" + (try #require(older)) + "/vault.db"
            let kept = try Files.bytes(aside)
            #expect(try move.run(.toFile).exit == 0)
            let other = try World(environment: move.settings(.database))
            defer { other.close() }
            try FileManager.default.createDirectory(
                atPath: other.state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            let check = try other.keyturnd("check", "--key-file", move.world.keyFile)
            #expect(check.exit == 65 && check.errors.contains("was moved to"), "\(check)")
            // The file as it was before the first move, with a log of its own.
            try FileManager.default.removeItem(atPath: move.world.state + "/audit")
            try Data(kept).write(to: URL(filePath: move.world.vault))
            let lacking = try move.run(.toDatabase)
            #expect(lacking.exit == 65, "\(lacking)")
            try FileManager.default.removeItem(atPath: move.world.vault)
            let restored = try move.world.keyturnd(
                "restore", file, "--replace", "--key-file", move.world.keyFile, environment: move.settings(.database))
            #expect(restored.exit == 0, "\(restored)")
            try move.start(.database)
            try eventually("Zoom's word") { try move.world.fetchedSecret() == app.secret }
        }
    }
}

enum Direction: CaseIterable, Sendable {
    case toDatabase, toFile

    enum Place { case file, database }

    var source: Place { self == .toDatabase ? .file : .database }
    var target: Place { self == .toDatabase ? .database : .file }
}

/// A vault, and the two places where it can be.
struct Move {
    let world: World
    let database: VaultDatabase

    func settings(_ place: Direction.Place) -> [String: String] {
        ["KEYTURN_STORE": place == .database ? database.url : ""]
    }

    func start(_ place: Direction.Place) throws {
        try world.start("--key-file", world.keyFile, environment: settings(place))
    }

    func run(_ direction: Direction, key: String? = nil, environment: [String: String] = [:]) throws -> Outcome {
        let (from, to) = direction == .toDatabase ? (world.vault, database.url) : (database.url, world.vault)
        return try world.keyturnd(
            "migrate", "--from", from, "--to", to, "--key-file", key ?? world.keyFile,
            environment: environment.merging(["KEYTURN_STORE": ""]) { $1 })
    }

    /// What a daemon says that is to serve the vault there, and does not.
    func refusal(_ place: Direction.Place) throws -> Outcome {
        try world.keyturnd("serve", "--key-file", world.keyFile, environment: settings(place))
    }

    /// What must be the same in both places.
    func facts() throws -> [String] {
        let rotation = try world.openRotations().first
        let history = try world.history().map { "\($0["id"].string ?? "") \($0["state"].string ?? "")" }
        return [try world.fetchedSecret() ?? "", rotation?["id"].string ?? "", rotation?["state"].string ?? ""]
            + history
    }
}

/// - Parameter place: where the vault is, and is served.
func withMove(_ place: Direction.Place = .file, _ body: (Move) throws -> Void) throws {
    let world = try World(environment: ["KEYTURN_STORE": ""])
    defer { world.close() }
    let move = Move(world: world, database: try VaultDatabase())
    let made = try world.keyturnd(
        "init", "--key-file", world.keyFile, "--recovery-out", world.recoveryFile, environment: move.settings(place))
    guard made.exit == 0 else { throw HarnessError("keyturnd init: \(made)") }
    try move.start(place)
    try world.admitEverything()
    try body(move)
}
