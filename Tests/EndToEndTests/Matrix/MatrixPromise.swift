import Foundation
import TestSupport

/// What a rotation on a bench must come to, whatever goes wrong meanwhile; asked of the sandbox and of the sockets.
struct MatrixPromise {
    let bench: MatrixBench
    /// Made in the Marketplace; `nil` for a rotation by API.
    var secretByHand: String?
    private var world: World { bench.world }

    init(bench: MatrixBench) { self.bench = bench }

    /// Has the secret rotated.
    func begin() {
        let secret = secretByHand.map { #","client_secret":"\#($0)""# } ?? ""
        _ = try? world.ask(
            "POST", "/v1/apps/zoom-prod/rotate", body: #"{"overlap":\#(MatrixBench.overlap)\#(secret)}"#)
    }

    /// Holds the daemon to its promise, and lets time pass if that is what it waits for.
    /// - Returns: the rotation, once it has come to rest.
    func look() throws -> JSON? {
        _ = try handedOut()
        guard let open = try world.ask("GET", "/v1/rotations").json["rotations"].elements.first else {
            let history = try world.ask("GET", "/v1/apps/zoom-prod/rotations").json["rotations"].elements
            guard history.count < 2 else { throw BrokenPromise("\(history.count) rotations") }
            // What could not be written at the beginning was refused, and is asked for again.
            if history.isEmpty { begin() }
            return history.first.flatMap { ["retired", "refused"].contains($0["state"].string) ? $0 : nil }
        }
        if open["state"].string == "blocked" { return open }
        guard let due = open["due_at"].unixSeconds else { throw BrokenPromise("waits for nothing: \(open)") }
        if due > bench.clock.now { try bench.pass(due - bench.clock.now) } else { usleep(5_000) }
        return nil
    }

    /// The secret on the agent socket, which Zoom must take. Where it was replaced in between, the new one is asked for.
    func handedOut() throws -> String {
        var refused: String?
        for _ in 0..<5 {
            guard let secret = try world.get("/v1/apps/zoom-prod/credentials").json["client_secret"].string else {
                throw BrokenPromise("no secret is handed out")
            }
            if try bench.mints(with: secret) { return secret }
            if refused == secret { break }
            refused = secret
        }
        throw BrokenPromise("Zoom refuses the secret that is handed out")
    }

    // MARK: What must be true at rest

    func judge(_ rotation: JSON) throws {
        let densest = try densest()
        try expect(densest <= 3, "\(densest) calls within 15 minutes")
        let held = try handedOut()
        let id = try identity(of: held)
        let secrets = try living()
        switch rotation["state"].string {
        case "retired": try expect(id == secrets.current, "the current secret is not the one that is handed out")
        // The first refusal ends what was typed in, though Zoom may only not know it everywhere yet: it is typed again.
        case "refused" where secretByHand != nil: try leadOut(with: secretByHand)
        case "refused": try expect(id == secrets.current && secrets.deaths.isEmpty, "refused, but Zoom made a secret")
        default:
            try expect(
                rotation["reason"].string?.isEmpty == false && rotation["try"].kind == .string, "held, unexplained")
            if id != secrets.current {
                let told = rotation["old_secret_expires_at"].unixSeconds
                let real = id.flatMap { secrets.deaths[$0] }
                try expect(
                    told != nil && real.map { told ?? .max <= $0 + 1 } == true, "told \(told ?? 0), dies \(real ?? 0)")
            }
            try leadOut()
        }
    }

    /// What is held must be in the operator's power to end, after a restart too.
    /// - Parameter entered: was made by hand and is entered again; otherwise another one is made.
    private func leadOut(with entered: String? = nil) throws {
        try world.crash()
        try world.start(environment: bench.clock.environment)
        try bench.pass(16 * 60)
        try bench.control("PATCH", "/switches", #"{"new_secret_delay_seconds":0}"#)
        let new = try entered ?? regenerate()
        let answer = try world.ask(
            "POST", "/v1/apps/zoom-prod/rotate", body: #"{"client_secret":"\#(new)"}"#)
        try expect(answer.status == 201, "a secret made by hand is refused: \(answer.status) \(answer.code ?? "")")
        try eventually("the secret made by hand to be handed out") { try handedOut() == new }
        try expect(try identity(of: new) == living().current, "the secret made by hand is not the current one")
    }

    func regenerate() throws -> String {
        let made = try bench.control("POST", "/apps/\(bench.app.clientID)/ui-regenerate")
        guard let secret = made["client_secret"].string else { throw HarnessError("no new secret") }
        return secret
    }

    private func living() throws -> LivingSecrets {
        LivingSecrets(try bench.control("GET", "/apps/\(bench.app.clientID)"))
    }

    private func identity(of secret: String) throws -> String? {
        let pair = #"{"client_id":"\#(bench.app.clientID)","client_secret":"\#(secret)"}"#
        return try bench.control("POST", "/accepts", pair)["secret_id"].string
    }

    func densest() throws -> Int {
        let calls = try bench.control("GET", "/requests?path=/v2/marketplace")["requests"].elements
            .compactMap { $0["time"].unixSeconds }
        return calls.map { call in calls.count { $0 >= call && $0 - call < 900 } }.max() ?? 0
    }

    func expect(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
        if !holds { throw BrokenPromise(otherwise()) }
    }
}

/// Something that must never be was.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
