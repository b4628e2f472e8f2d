import Foundation
import Rotation
import TestSupport
import Testing

/// `keyturn key rotate`: every row gets a new key, while the daemon serves, is locked, or is killed.
@Suite(.realProcesses) struct KeyRotationTests {
    private static let apps = 40

    /// The apps' secrets by name.
    private static func fill(_ world: World) throws -> [String: String] {
        var secrets: [String: String] = [:]
        for number in 0..<apps {
            let (name, secret) = ("app-\(number)", "secret-of-app-\(number)")
            let body =
                #"{"name":"\#(name)","account_id":"a","client_id":"c\#(number)","client_secret":"\#(secret)","environment":"commercial","verify":false}"#
            let answer = try world.ask("POST", "/v1/apps", body: body)
            guard answer.status == 201 else { throw HarnessError("\(answer.text)") }
            secrets[name] = secret
        }
        return secrets
    }

    private static func expectServed(_ secrets: [String: String], _ world: World) throws {
        let connection = try Connection(to: world.agent)
        for (name, secret) in secrets {
            try connection.send(request("GET", "/v1/apps/\(name)/credentials/client_secret"))
            #expect(try connection.answer().json["value"].string == secret, "\(name)")
        }
    }

    private static func waitForEpoch(_ epoch: Int, _ world: World) throws {
        try eventually("epoch \(epoch) everywhere") {
            let keys = try world.ask("GET", "/v1/keys").json
            return keys["epoch"].int == epoch && keys["resealing"].isNull
        }
    }

    /// The epochs that the file's rows say they are sealed in, read by another program.
    private static func epochs(_ world: World) throws -> Set<String> {
        let tables = [
            "state", "app", "client", "generation", "rotation", "token", "refusals", "receipt", "scheduler_state",
            "candidate", "unlock_method",
        ]
        let query = tables.map { "SELECT DISTINCT hex(substr(sealed, 2, 4)) FROM \($0)" }.joined(separator: " UNION ")
        return try Set(world.sqlite(query))
    }

    @Test func `key rotate brings every row into the new epoch and serves meanwhile`() throws {
        try withWorld { world in
            let secrets = try Self.fill(world)
            let begun = try world.must("key", "rotate")
            #expect(begun.output.hasPrefix("epoch 2 has begun:") || begun.output.contains("is deleted"))
            try Self.expectServed(secrets, world)
            try Self.waitForEpoch(2, world)
            let again = try world.must("key", "rotate", "--wait")
            #expect(again.output.contains("encrypted in epoch 3"))
            let status = try world.must("status", "--json").json
            #expect(status["key_epoch"].int == 3 && status["resealing"].isNull)
            #expect(try world.ask("GET", "/v1/metrics").text.contains("keyturn_key_epoch 3\n"))
            try world.stop()
            #expect(try Self.epochs(world) == ["00000003"])
            try world.start()
            try Self.expectServed(secrets, world)
        }
    }

    @Test(
        arguments: KeyFaultPoint.allCases.flatMap { point in
            (["beforeReseal", "afterReseal"].contains(point.rawValue) ? [1, 2, 3] : [1]).map {
                "\(point.rawValue):\($0)"
            }
        }) func `key rotate continues automatically wherever it was killed`(_ fault: String) throws
    {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start("--key-file", world.keyFile, environment: ["KEYTURN_FAULT": fault])
            try world.admitEverything()
            let secrets = try Self.fill(world)
            _ = try world.keyturn("key", "rotate")
            #expect(try world.daemon.child.wait() == .signal(SIGKILL), "it came to \(fault)")
            let wasBegun = fault != "beforeEpoch:1"

            // Locked as it starts, and opened by the other way.
            try world.start("--log-level", "info")
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            #expect(try world.keyturn("unlock", "--recovery-stdin", input: recovery).exit == 0)
            try Self.expectServed(secrets, world)
            try Self.waitForEpoch(wasBegun ? 2 : 1, world)
            try Self.expectServed(secrets, world)
            try world.stop()
            #expect(try Self.epochs(world) == [wasBegun ? "00000002" : "00000001"])
            try world.start()
            try Self.expectServed(secrets, world)
        }
    }

    @Test func `key rotate continues over locks and kills at any moment`() throws {
        try withWorld { world in
            let secrets = try Self.fill(world)
            let recovery = try String(contentsOfFile: world.recoveryFile, encoding: .utf8)
            _ = try world.must("key", "rotate")
            for round in 0..<6 {
                if round.isMultiple(of: 2) {
                    try world.must("lock")
                    #expect(try world.keyturn("unlock", "--recovery-stdin", input: recovery).exit == 0)
                } else {
                    try world.crash()
                    try world.start()
                }
                try Self.expectServed(secrets, world)
                _ = try world.keyturn("key", "rotate")
            }
            try eventually("it to end") { try world.ask("GET", "/v1/keys").json["resealing"].isNull }
            let epoch = try world.ask("GET", "/v1/keys").json["epoch"].int ?? 0
            #expect(epoch >= 2)
            try world.stop()
            #expect(try Self.epochs(world) == [String(format: "%08X", epoch)])
            try world.start()
            try Self.expectServed(secrets, world)
        }
    }
}
