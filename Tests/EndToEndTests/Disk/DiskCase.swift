import TestSupport

/// One case of a disk that fails: how, how long, and when. All of it is drawn from the seed and the number of the case.
struct DiskCase: Sendable, CustomStringConvertible {
    let number: Int
    let fault: FaultyDisk.Fault
    /// How many calls are struck; `nil` for all from the first one on.
    let count: Int?
    /// When, in thousandths of the calls of a tour that nothing happens to.
    let moment: Int
    /// Whether the daemon is then told to stop, and not killed.
    let stops: Bool

    init(number: Int, seed: UInt64) {
        var dice = Dice(seed &+ UInt64(number) &* 0x9E37_79B9)
        func one<Value>(_ values: [Value]) -> Value { values[.random(in: 0..<values.count, using: &dice)] }
        self.number = number
        // In turn, so that few cases have each of them.
        let fault = FaultyDisk.Fault.allCases[number % FaultyDisk.Fault.allCases.count]
        self.fault = fault
        count = fault.kills ? 1 : fault == .half ? one([2, 3, 10]) : one([1, 1, 2, 10, nil])
        moment = .random(in: 0..<1000, using: &dice)
        stops = one([true, false])
    }

    var description: String {
        "fault=\(fault) count=\(count.map(String.init) ?? "all") moment=\(moment) end=\(stops ? "stop" : "kill")"
    }
}
