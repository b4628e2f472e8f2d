import FoundationEssentials

/// Everything under `/_sandbox`: JSON in, JSON out, errors as `{"error":"…"}`.
extension SandboxState {
    private struct ClockMove: ControlBody {
        var advanceSeconds: Double?
        var set: String?
        enum CodingKeys: String, CodingKey, CaseIterable {
            case advanceSeconds = "advance_seconds", set
        }
    }

    private struct ClockView: Encodable {
        var now: Date
        var offsetSeconds: Double
    }

    private struct Requests: Encodable {
        var lastSequence: Int
        var requests: [RequestLog.Entry]
    }

    private struct Counters: Encodable {
        var total: Int
        var counters: [String: [String: Int]]
    }

    mutating func control(
        _ request: SandboxRequest, at real: Date, random: inout some RandomNumberGenerator
    ) -> SandboxResponse {
        do throws(ControlError) {
            return try route(request, at: real, random: &random)
        } catch {
            return .json(error.status, ["error": error.description])
        }
    }

    private mutating func route(
        _ request: SandboxRequest, at real: Date, random: inout some RandomNumberGenerator
    ) throws(ControlError) -> SandboxResponse {
        let segments = request.segments.dropFirst()
        switch (request.method, segments.first) {
        case (_, "apps"), (_, "accepts"):
            return try controlApps(request, Array(segments), at: clock.now(at: real), random: &random)
        case (_, _) where segments.count != 1: break
        case ("GET", "switches"): return .json(200, switches)
        case ("PATCH", "switches"):
            switches = try switches.patched(by: request.body)
            return .json(200, switches)
        case ("DELETE", "switches"):
            switches = Switches()
            return .json(200, switches)
        case ("GET", "faults"): return .json(200, ["faults": faults.waiting])
        case ("POST", "faults"): return .json(201, try faults.add(Fault.read(request.body)))
        case ("DELETE", "faults"):
            faults.clear()
            return .done
        case ("GET", "requests"):
            let query = request.query
            let entries = log.entries(path: query["path"] ?? "", after: query["after"].flatMap { Int($0) } ?? 0)
            return .json(200, Requests(lastSequence: log.lastSequence, requests: entries))
        case ("DELETE", "requests"):
            log.clear()
            return .done
        case ("GET", "counters"):
            let total = log.counters.values.reduce(0) { $0 + $1.values.reduce(0, +) }
            return .json(200, Counters(total: total, counters: log.counters))
        case ("GET", "clock"): return clockView(at: real)
        case ("POST", "clock"):
            try moveClock(ClockMove.read(request.body), at: real)
            return clockView(at: real)
        default: break
        }
        throw .notFound("no such control: \(request.method.prefix(20)) \(request.path.prefix(100))")
    }

    private func clockView(at real: Date) -> SandboxResponse {
        .json(200, ClockView(now: clock.now(at: real), offsetSeconds: clock.offset))
    }

    private mutating func moveClock(_ move: ClockMove, at real: Date) throws(ControlError) {
        switch (move.advanceSeconds, move.set) {
        case (let seconds?, nil): try clock.advance(seconds: seconds)
        case (nil, let text?):
            guard let time = ZoomTime.parse(text) else {
                throw .badRequest("set must be a UTC time like 2026-02-03T04:05:06Z")
            }
            try clock.set(to: time, at: real)
        default: throw .badRequest("give advance_seconds or set")
        }
    }
}

extension SandboxResponse {
    /// The answer without content.
    static let done = SandboxResponse.json(200, ["status": "done"])
}
