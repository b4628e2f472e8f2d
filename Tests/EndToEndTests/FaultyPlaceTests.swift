import Foundation
import TestSupport
import Testing

/// Places that cannot be written when a vault is made, put back, or told of in the log.
@Suite(.realProcesses, .enabled(if: FaultyDisk.isThere, "the disk that fails was not built")) struct FaultyPlaceTests {
    /// All steps, or some.
    private static let stride = ProcessInfo.processInfo.environment["KEYTURN_DISK_CASES"] == nil ? 9 : 1

    @Test(arguments: [FaultyDisk.Fault.error, .full, .readOnly, .short, .half, .killBefore, .torn, .powerCut])
    func `a vault is created with its keys or not at all`(_ fault: FaultyDisk.Fault) throws {
        try withWorld(serving: false) { world in
            let keys = world.directory + "/keys"
            let (key, recovery) = (keys + "/key", keys + "/recovery")
            let disk = try FaultyDisk(in: world.directory, below: [world.state, keys])
            let arguments = ["init", "--key-file", key, "--recovery-out", recovery]
            func initialise() throws -> Outcome {
                try world.runner.run(Programs.keyturnd, arguments, environment: disk.environment)
            }
            func begin() throws {
                for path in [world.state, keys] { try? FileManager.default.removeItem(atPath: path) }
                try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: false)
            }
            try begin()
            disk.count()
            #expect(try initialise().exit == 0)
            let calls = disk.calls
            #expect(calls > 20)
            var struck = 0
            // The last ones in any case: there the vault has its name already.
            let some = Swift.stride(from: 1 + Int(fault.rawValue) % Self.stride, to: calls - 3, by: Self.stride)
            for call in Array(some) + (calls - 3...calls) {
                try begin()
                disk.arm(fault, at: call, count: fault == .readOnly || fault == .full ? nil : fault == .half ? 2 : 1)
                let outcome = try initialise()
                disk.disarm()
                struck += min(disk.struck, 1)
                let what: Comment = "\(fault) at call \(call): \(outcome)"
                guard Files.exists(world.vault) else {
                    #expect(outcome.exit != 0, what)
                    if outcome.exit != 128 + SIGKILL {
                        #expect([74, 77].contains(outcome.exit) && outcome.complains(as: "keyturnd"), what)
                        #expect(outcome.errors.contains("\n  try: "), what)
                        #expect(try disk.struck > 1 || Files.names(keys).isEmpty, "keys to nothing: \(what)")
                    }
                    for name in try Files.names(keys) { try FileManager.default.removeItem(atPath: keys + "/" + name) }
                    #expect(try initialise().exit == 0, what)
                    continue
                }
                // Whatever it said: if there is a vault, each of its keys opens it.
                try world.start("--key-file", key)
                try world.must("lock")
                let text = try String(contentsOfFile: recovery, encoding: .utf8)
                #expect(try world.keyturn("unlock", "--recovery-stdin", input: text).exit == 0, what)
                try world.crash()
            }
            #expect(struck > 2)
        }
    }

    /// A kill after a step is one before the next.
    @Test(arguments: [FaultyDisk.Fault.killBefore, .powerCut, .error], [false, true])
    func `a restore that is cut short leaves a vault that opens, and can be repeated`(
        _ fault: FaultyDisk.Fault, isWhole: Bool
    ) throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let file = try world.backedUp()
            // What only the vault that is there knows, some of it in its journal.
            try world.must("client", "add", "later", "--uid", "1", "--allow", "*:token")
            try world.crash()
            if !isWhole { try world.damage() }
            let template = world.directory + "/template"
            try FileManager.default.moveItem(atPath: world.state, toPath: template)
            let old = try Files.bytes(template + "/vault.db")
            let disk = try FaultyDisk(in: world.directory, below: [world.state])
            func begin() throws {
                try? FileManager.default.removeItem(atPath: world.state)
                try FileManager.default.copyItem(atPath: template, toPath: world.state)
            }
            func restore() throws -> Outcome {
                try world.runner.run(
                    Programs.keyturnd, ["restore", file, "--key-file", world.keyFile] + (isWhole ? ["--replace"] : []),
                    environment: disk.environment)
            }
            func isKept(_ bytes: Data) throws -> Bool {
                try Files.names(world.state).filter { $0.hasPrefix("replaced-") }.contains {
                    try Files.bytes("\(world.state)/\($0)/vault.db") == bytes
                }
            }
            try begin()
            disk.count(.steps)
            #expect(try restore().exit == 0)
            let steps = disk.calls
            #expect(try steps > 12 && isKept(old))
            for step in Swift.stride(from: 1 + Int(fault.rawValue) % Self.stride, through: steps, by: Self.stride) {
                try begin()
                disk.arm(fault, at: step, of: .steps)
                let outcome = try restore()
                disk.disarm()
                let what: Comment = "\(fault) at step \(step) of \(steps): \(outcome)"
                #expect(
                    fault.kills
                        ? outcome.exit == 128 + SIGKILL : outcome.exit == 0 || outcome.complains(as: "keyturnd"),
                    what)
                if step.isMultiple(of: 2) {
                    // Said again at once, or after somebody tried to serve.
                    if let refusal = try world.startOrRefuse() {
                        #expect(!isWhole && refusal.exit == 65 && refusal.errors.contains("\n  try: "), what)
                    } else {
                        let isOld = try world.clients().contains("later")
                        #expect(try isOld ? isWhole : isKept(old), what)
                        try eventually("the secret") { try world.fetchedSecret() == app.secret }
                        try world.crash()
                        if !isOld { continue }
                    }
                }
                // To open a vault is to bring its journal into it.
                let last = step.isMultiple(of: 2) ? try Files.bytes(world.vault) : old
                let again = try restore()
                // A vault that is whole by now has been restored.
                #expect(
                    again.exit == 0 || again.exit == 65 && again.errors.contains("is intact"), "\(what), then \(again)")
                try world.start()
                #expect(try !world.clients().contains("later") && isKept(last), what)
                try eventually("the secret") { try world.fetchedSecret() == app.secret }
                try world.crash()
            }
        }
    }

    @Test func `a log that cannot be written stops secrets, and recovers automatically`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.stop()
            let disk = try FaultyDisk(in: world.directory, below: [world.auditDirectory])
            disk.arm(.readOnly, at: 1, count: nil)
            try world.start(environment: disk.environment)
            #expect(try world.get("/v1/apps/zoom-prod/credentials").status == 503)
            let trouble = try #require(
                try world.keyturn("status", "--json").json["problems"].elements.first {
                    $0["code"].string == "audit_unavailable"
                })
            #expect(trouble["try"].string?.isEmpty == false)
            #expect(try world.keyturn("doctor").exit == 65)
            disk.disarm()
            try eventually("the log to be written again") { try world.fetchedSecret() == app.secret }
            #expect(try world.must("audit", "verify").exit == 0)
        }
    }

    /// The half that was written, and could not be taken off, is all that is wrong with the log.
    @Test func `a line that was half written spoils no other line`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let disk = try FaultyDisk(in: world.directory, below: [world.auditDirectory])
            disk.count()
            try world.start(environment: disk.environment)
            try world.admitEverything()
            let app = try world.addApp("zoom-prod")
            disk.arm(.half, at: 1, count: 3, of: .writes)
            try eventually("the disk to fail") {
                _ = try world.get("/v1/apps/zoom-prod/credentials")
                return disk.struck == 3
            }
            try eventually("the log to be written again") { try world.fetchedSecret() == app.secret }
            try world.must("client", "add", "after", "--uid", "1", "--allow", "*:token")
            let verified = try world.keyturn("audit", "verify")
            let findings = verified.errors.matches(of: /audit-\d+\.jsonl [^\n]*/).map { String($0.0) }
            #expect(verified.exit == 65 && findings.count == 1, "\(verified)")
            #expect(findings.first?.hasPrefix("audit-00000001.jsonl was changed after line") == true)
            #expect(try Files.names(world.auditDirectory) == ["audit-00000001.jsonl", "audit-00000002.jsonl"])
            let told = try world.must("audit", "show").output
            #expect(told.contains("after") && told.contains("an incomplete line"))
        }
    }

    @Test func `a log that has no room to begin leaves no pile of files`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let disk = try FaultyDisk(in: world.directory, below: [world.auditDirectory])
            disk.arm(.full, at: 1, count: nil, of: .writes)
            try world.start(environment: disk.environment)
            try eventually("three attempts") { disk.struck >= 3 }
            #expect(try Files.names(world.auditDirectory).count <= 1)
            disk.disarm()
            try eventually("the log") { try Files.names(world.auditDirectory) == ["audit-00000001.jsonl"] }
            #expect(try world.must("audit", "verify").exit == 0)
        }
    }
}

extension World {
    /// The names of all clients.
    func clients() throws -> [String] {
        try ask("GET", "/v1/clients").json["clients"].elements.compactMap(\.["name"].string)
    }
}
