import Foundation
import TestSupport
import Testing

/// The vault's file itself, broken: never served wrong, never a crash, always a reason.
@Suite(.realProcesses) struct BrokenFileTests {
    @Test func `a vault that was cut short anywhere is refused`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            let whole = try Files.bytes(world.vault)
            for length in [0, 1, 15, 16, 100, 4_095, 4_096, whole.count / 2, whole.count - 4_096] {
                try whole.prefix(length).write(to: URL(filePath: world.vault))
                let outcome = try world.refusal()
                #expect(outcome.exit == 65 && outcome.complains(as: "keyturnd"), "\(length) of \(whole.count) bytes")
            }
        }
    }

    @Test func `another file in the vault's place is refused`() throws {
        try withWorld { world in
            _ = try world.fillAndStop()
            for other in ["no database at all\n", String(repeating: "\0", count: 8_192)] {
                try Data(other.utf8).write(to: URL(filePath: world.vault))
                let outcome = try world.refusal()
                #expect(outcome.exit == 65 && outcome.complains(as: "keyturnd"))
            }
            for journal in ["WAL", "DELETE"] {
                try FileManager.default.removeItem(atPath: world.vault)
                try world.sqlite("PRAGMA journal_mode = \(journal); CREATE TABLE app (id TEXT);")
                try Files.set(world.vault, 0o600)
                #expect(try world.refusal().exit == 65, "somebody else's database")
            }
        }
    }

    @Test func `a flipped bit anywhere is refused or does not matter`() throws {
        try withWorld { world in
            let apps = try world.fillAndStop()
            let whole = try Files.bytes(world.vault)
            var chance = Dice(99)
            // Every byte of the file's header and some of the schema, where a bit means most, and anywhere else.
            let header =
                [(place: 47, bit: 3)] + (0..<100).map { (place: $0, bit: Int.random(in: 0...7, using: &chance)) }
            let others = (0..<90).map { number in
                let range = number < 30 ? 100..<4_096 : 4_096..<whole.count
                return (place: Int.random(in: range, using: &chance), bit: Int.random(in: 0...7, using: &chance))
            }
            var (served, refused) = (0, 0)
            for (place, bit) in header + others {
                var broken = whole
                broken[place] ^= 1 << bit
                try broken.write(to: URL(filePath: world.vault))
                for leftover in ["-wal", "-journal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: world.vault + leftover)
                }
                let what: Comment = "byte \(place), bit \(bit)"
                if let outcome = try world.startOrRefuse() {
                    #expect(outcome.exit == 65 && outcome.complainsAtLast, "\(what): \(outcome)")
                    refused += 1
                } else {
                    #expect(
                        try world.get("/v1/apps/zoom-one/credentials").json["client_secret"].string == apps[0].secret,
                        what)
                    #expect(
                        try world.get("/v1/apps/zoom-two/credentials").json["client_secret"].string == apps[1].secret,
                        what)
                    try world.crash()
                    served += 1
                }
            }
            #expect(refused > 20 && served > 5, "\(refused) refused, \(served) served")
        }
    }

    @Test func `a WAL of random bytes does not keep the vault from being served`() throws {
        try withWorld { world in
            let apps = try world.fillAndStop()
            var chance = Dice(5)
            try Data(chance.bytes(50_000)).write(to: URL(filePath: world.vault + "-wal"))
            try world.start()
            #expect(try world.get("/v1/apps/zoom-one/credentials").json["client_secret"].string == apps[0].secret)
        }
    }
}

extension World {
    /// Starts the daemon: `nil` when it serves, else how it refused.
    func startOrRefuse() throws -> Outcome? {
        do { try start() } catch { return try daemon.outcome(seconds: 1) }
        return nil
    }
}

extension Outcome {
    /// Whether the last words are a complaint, with or without a hint; log lines may come before.
    var complainsAtLast: Bool {
        let lines = errors.split(separator: "\n")
        let last = lines.last { !$0.hasPrefix("  try: ") }
        return output.isEmpty && last?.hasPrefix("keyturnd: ") == true
    }
}
