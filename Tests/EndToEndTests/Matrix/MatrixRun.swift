import Foundation

/// What became of a case.
struct MatrixOutcome: Sendable {
    var state = "none"
    var kills = 0
    /// The most calls that came to Zoom's rotation endpoint within 15 minutes.
    var densest = 0
    var milliseconds = 0
    var failure: String?
}

/// One case from its beginning to its rest: lives of the daemon, one after the other, and what must be true in each.
struct MatrixRun {
    private enum Ending { case killed, rest(JSON) }

    let bench: MatrixBench
    let scenario: MatrixCase
    private var promise: MatrixPromise
    private var world: World { bench.world }

    init(_ scenario: MatrixCase, on bench: MatrixBench) {
        self.scenario = scenario
        self.bench = bench
        promise = MatrixPromise(bench: bench)
    }

    mutating func outcome() -> MatrixOutcome {
        var outcome = MatrixOutcome()
        let start = ContinuousClock.now
        do {
            try bench.begin(scenario)
            if scenario.byHand { promise.secretByHand = try promise.regenerate() }
            for life in 0..<scenario.lives {
                let isLast = life == scenario.lives - 1
                switch try live(isLast ? bench.clock.environment : environment(life), begins: life == 0) {
                case .killed:
                    outcome.kills += 1
                    if isLast { throw HarnessError("killed without a fault") }
                case .rest(let rotation):
                    outcome.state = rotation["state"].string ?? "none"
                    outcome.densest = try promise.densest()
                    try promise.judge(rotation)
                    try? world.crash()
                    outcome.milliseconds = Self.milliseconds(since: start)
                    return outcome
                }
            }
        } catch {
            outcome.failure = "\(error)"
        }
        try? world.crash()
        outcome.milliseconds = Self.milliseconds(since: start)
        return outcome
    }

    private static func milliseconds(since start: ContinuousClock.Instant) -> Int {
        Int((ContinuousClock.now - start) / .milliseconds(1))
    }

    private func environment(_ life: Int) -> [String: String] {
        bench.clock.environment.merging(scenario.environment(life: life)) { $1 }
    }

    // MARK: One life of the daemon

    private func live(_ environment: [String: String], begins: Bool) throws -> Ending {
        guard try world.launch(environment) else { return .killed }
        if begins { promise.begin() }
        let end = ContinuousClock.now + .seconds(60)
        var looks = 0
        while ContinuousClock.now < end {
            do {
                looks += 1
                // What waits without saying so, for a disk that failed, is not waited for in real time either.
                if looks.isMultiple(of: 20) { try bench.pass(1 << min(looks / 20, 6)) }
                if let rest = try promise.look() { return .rest(rest) }
            } catch let error as BrokenPromise {
                throw error
            } catch {
                // The daemon may be gone, or about to be, and its sockets with it.
                guard (try? world.daemon.child.wait()) != nil else { throw error }
                return try killed()
            }
            guard try world.daemon.child.isRunning else { return try killed() }
        }
        throw HarnessError("no end in sight: \(try world.ask("GET", "/v1/rotations").text)")
    }

    private func killed() throws -> Ending {
        let ending = try world.daemon.child.wait()
        guard ending == .signal(SIGKILL) else { throw BrokenPromise("the daemon ended by itself: \(ending)") }
        return .killed
    }
}

extension World {
    /// Starts the daemon and waits until both sockets answer. `false` when it was killed before that.
    func launch(_ environment: [String: String]) throws -> Bool {
        do {
            try start(environment: environment)
            return true
        } catch {
            guard try daemon.child.poll() == .signal(SIGKILL) else { throw error }
            return false
        }
    }
}
