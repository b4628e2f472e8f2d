import Foundation
import TestSupport

/// One case: a tour on a disk that fails, then a daemon on a sound one, which must serve what it should, and know what it
/// said.
struct DiskRun {
    let bench: MatrixBench
    let disk: FaultyDisk
    let second: ZoomApp
    private var world: World { bench.world }

    init(on bench: MatrixBench) throws {
        self.bench = bench
        let world = bench.world
        disk = try FaultyDisk(
            in: world.directory, below: ["state", "backups", "keys"].map { world.directory + "/" + $0 })
        second = try world.sandbox.addApp()
    }

    /// How many calls a tour makes that nothing happens to.
    func calls() throws -> Int {
        try bench.begin()
        disk.count()
        var tour = DiskTour(bench, disk, second: second)
        guard try tour.run() == nil, tour.done.count == 5 else {
            throw BrokenPromise("on a sound disk only this was done: \(tour.done.sorted())")
        }
        try world.stop()
        let calls = disk.calls
        try afterwards(tour, .error)
        return calls
    }

    /// - Returns: what the case came to, in a word, and how many calls were struck.
    func outcome(_ scenario: DiskCase, of calls: Int) throws -> (end: String, struck: Int) {
        defer { try? world.crash() }
        try bench.begin()
        disk.arm(scenario.fault, at: 1 + calls * scenario.moment / 1000, count: scenario.count)
        var tour = DiskTour(bench, disk, second: second)
        var end = "served"
        if let refusal = try tour.run() {
            end = "refused"
            try expect(
                [65, 74, 77].contains(refusal.exit) && refusal.complainsAtLast && refusal.errors.contains("\n  try: "),
                "refused without a cause and a remedy: \(refusal)")
        } else if try !world.daemon.child.isRunning {
            end = "killed"
            try expect(scenario.fault.kills, "the daemon ended by itself: \(try world.daemon.outcome())")
        } else if scenario.stops {
            try world.daemon.child.signal(SIGTERM)
            // While an answer of Zoom's is in memory alone, it does not go.
            if (try? world.daemon.child.wait(seconds: 4)) == nil { end = "stayed" }
        }
        let struck = disk.struck
        try world.crash()
        disk.disarm()
        try afterwards(tour, scenario.fault)
        return (end, struck)
    }

    /// On a sound disk again.
    private func afterwards(_ tour: DiskTour, _ fault: FaultyDisk.Fault) throws {
        let key = tour.done.contains("key") ? tour.keyFile : world.keyFile
        try world.start("--key-file", key, environment: bench.clock.environment)
        let promise = MatrixPromise(bench: bench)
        var looks = 0
        let rotation = try eventually("the rotation to rest") {
            looks += 1
            if looks.isMultiple(of: 20) { try bench.pass(1 << min(looks / 20, 6)) }
            return try promise.look()
        }
        try kept(tour, fault)
        try promise.judge(rotation)
        try world.crash()
    }

    /// What was reported as done is there.
    private func kept(_ tour: DiskTour, _ fault: FaultyDisk.Fault) throws {
        if tour.done.contains("client") {
            let clients = try world.ask("GET", "/v1/clients").json["clients"].elements.compactMap(\.["name"].string)
            try expect(clients.contains("late"), "a client was lost")
        }
        let answer = try world.get("/v1/apps/second/credentials")
        if tour.done.contains("app") || answer.status == 200 {
            try expect(try answer.json["client_secret"].string == second.secret, "an app was lost: \(answer.text)")
        }
        if tour.done.contains("backup") || Files.exists(tour.backup) {
            let checked = try world.keyturnd("check", tour.backup, "--key-file", world.keyFile)
            try expect(checked.exit == 0, "a backup is not as it was written: \(checked)")
        }
        try eventually("the rows to be in one epoch") {
            let keys = try world.ask("GET", "/v1/keys").json
            return keys["resealing"].isNull && (keys["epoch"].int ?? 0) >= (tour.done.contains("epoch") ? 2 : 1)
        }
        let verified = try world.keyturn("audit", "verify")
        // A half of a line that could not be taken off stays, and is all that is wrong.
        let isHalf = fault == .half && verified.errors.contains("was changed after line")
        try expect(
            verified.exit == 0 || isHalf && verified.errors.split(separator: "\n").count == 2,
            "the audit log: \(verified)")
    }

    private func expect(_ holds: Bool, _ otherwise: @autoclosure () throws -> String) throws {
        if !holds { throw BrokenPromise(try otherwise()) }
    }
}
