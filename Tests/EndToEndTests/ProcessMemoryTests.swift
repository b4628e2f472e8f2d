import Foundation
import TestSupport
import Testing

/// What is left in the daemon's memory of what went through it.
@Suite(.realProcesses, .enabled(if: OtherUser.mayBe, OtherUser.why)) struct ProcessMemoryTests {
    private static let passphrase = "plAnted-passphrase-in-memory"
    private static let wrong = "plAnted-wrong-passphrase-1234"
    private static let secret = "plAntedClientSecretInMemory0123456789"
    private static let key = "plAnted kEy file, 32 bytes long!"
    private static let other = "plAnted other file 32 bytes l0ng"

    private static func bytes(_ texts: [String: String]) -> [String: [UInt8]] { texts.mapValues { Array($0.utf8) } }

    private static func hex(_ text: String) -> String { text.utf8.map { String(format: "%02x", $0) }.joined() }

    /// The three ways in, used and added; the secret and two tokens, minted and fetched.
    private static func tour(_ world: World) throws -> (ways: [String: String], served: [String: String]) {
        for (path, text) in [(world.keyFile, key), (world.directory + "/other", other)] {
            try Data(text.utf8).write(to: URL(filePath: path))
            try Files.set(path, 0o400)
        }
        try world.initialise()
        try world.start("--log-level", "debug", environment: ["KEYTURN_UNLOCK_COMMAND": "/bin/cat \(world.keyFile)"])
        try world.admitEverything()
        let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8).trimmingCharacters(in: .newlines)
        try world.addApp("zoom-prod", secret: secret)
        try world.must("key", "add", "--passphrase-stdin", input: passphrase)
        try world.must("key", "add", "--key-file", world.directory + "/other")
        let shown = try world.must("key", "add", "--recovery").output
        let second = try #require(shown.firstMatch(of: InitTests.recoveryKey)).0
        try world.must("lock")
        _ = try world.keyturn("unlock", "--passphrase-stdin", input: wrong)
        try world.must("unlock", "--passphrase-stdin", input: passphrase)
        try world.must("unlock", "--recovery-stdin", input: recovery)
        var served = ["client secret": secret]
        for round in 0..<2 {
            let token = try world.must("token", "zoom-prod", "--refresh", "--reveal", "--json").json["access_token"]
            served["token \(round)"] = token.string
            _ = try world.get("/v1/apps/zoom-prod/token")
            #expect(try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string == secret)
        }
        try world.must("key", "rotate", "--wait")
        return (
            [
                "key file": key, "other key file": other, "other key file in hex": hex(other), "passphrase": passphrase,
                "wrong passphrase": wrong, "recovery key": recovery, "new recovery key": String(second),
            ], served
        )
    }

    @Test func `unlock secrets leave memory after use, and served secrets with the lock`() throws {
        try withWorld(serving: false) { world in
            let (ways, served) = try Self.tour(world)
            let memory = try ProcessMemory(world.daemon.child.pid)
            let open = try memory.occurrences(of: Self.bytes(ways.merging(served) { $1 }))
            for name in ways.keys { #expect(open[name] == 0, "the \(name) is still there while unlocked: \(open)") }
            #expect(open["client secret", default: 0] > 0, "the search finds what is there")

            try world.must("lock")
            // What was under way has ended by now, and buffers of connections went with them.
            try eventually("the memory to be clean") {
                try memory.occurrences(of: Self.bytes(ways.merging(served) { $1 })).values.allSatisfy { $0 == 0 }
            }
        }
    }

    @Test func `the pages of the keys are locked`() throws {
        try withWorld { world in
            let limits = try String(contentsOfFile: "/proc/\(world.daemon.child.pid)/limits", encoding: .utf8)
            #expect(limits.contains("Max core file size        0                    0"))
            #expect(try ProcessMemory(world.daemon.child.pid).locked >= 64)
        }
    }
}
