import Rotation
import TestSupport

/// One case of the matrix: where the daemon is killed, and what else goes wrong meanwhile. All of it is drawn from the
/// seed and the number of the case.
struct MatrixCase: Sendable {
    /// What the caller gets to see of Zoom's answers to the first calls for a new secret.
    enum Answer: String, CaseIterable {
        case delivered, lost
        case cutBefore = "cut-before"
        case cutBehind = "cut-behind"
        case failedAfter = "failed-after"
        case droppedBefore = "dropped-before"

        /// As the sandbox's fault; `nil` for none.
        var fault: String? {
            switch self {
            case .delivered: nil
            case .lost: #""fault":"drop_after""#
            // `{"new_secret":"` has 15 bytes and the secret 32; then comes its closing quote.
            case .cutBefore: #""fault":"truncate","keep_bytes":30"#
            case .cutBehind: #""fault":"truncate","keep_bytes":60"#
            case .failedAfter: #""fault":"status_after""#
            case .droppedBefore: #""fault":"drop_before""#
            }
        }
    }

    enum Second: String, CaseIterable { case replace, add, refuse }
    enum Grant: String, CaseIterable { case client, account }

    let number: Int
    /// The fault point of the first life, and of the second one: `NAME:COUNT`.
    let kill: String
    let again: String?
    let answer: Answer
    /// How many calls the answer's trouble strikes.
    let strikes: Int
    let second: Second
    /// Seconds until a new secret works.
    let delay: Int
    let grant: Grant
    /// What `KEYTURN_TEST_PUBLISHER` says; `nil` for a publisher that confirms.
    let publisher: String?
    /// What `KEYTURN_TEST_DISK` says.
    let disk: String?
    let byHand: Bool

    init(number: Int, seed: UInt64) {
        var dice = Dice(seed &+ UInt64(number) &* 0x9E37_79B9)
        func below(_ bound: Int) -> Int { .random(in: 0..<bound, using: &dice) }
        func one<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
        func point() -> String {
            "\(one(FaultPoint.allCases.filter { !FaultPoint.atTargets.union(FaultPoint.atOrders).union(FaultPoint.atCandidates).contains($0) }).rawValue):\(one([1, 1, 1, 2, 3]))"
        }

        self.number = number
        kill = point()
        again = one([true, false]) ? point() : nil
        answer = one(Answer.allCases)
        strikes = one([1, 1, 2, 3])
        second = one(Second.allCases)
        delay = one([0, 0, 4])
        grant = one(Grant.allCases)
        publisher = one([nil, nil, nil, "fail:1", "fail:3", "hang:3600:1"])
        disk = one([true, false]) ? "\(one(["full", "ioerr"])):\(1 + below(14)):\(one([1, 1, 2, 3]))" : nil
        byHand = below(6) == 0
    }

    /// What the processes of the first two lives are told.
    func environment(life: Int) -> [String: String] {
        var environment: [String: String] = [:]
        environment["KEYTURN_FAULT"] = life == 0 ? kill : again
        environment["KEYTURN_TEST_PUBLISHER"] = publisher
        environment["KEYTURN_TEST_DISK"] = disk
        return environment
    }

    var lives: Int { again == nil ? 2 : 3 }

    /// The dimensions, as the table has them.
    var description: String {
        let name = { (text: String?) in text.map { String($0.prefix { $0 != ":" }) } ?? "none" }
        let count = { (text: String?) in text.map { $0.split(separator: ":")[1] } ?? "0" }
        return [
            "point=\(name(kill))", "count=\(count(kill))", "kills=\(again == nil ? 1 : 2)",
            "again=\(again ?? "none")", "answer=\(answer.rawValue)", "strikes=\(strikes)", "second=\(second.rawValue)",
            "delay=\(delay)", "grant=\(grant.rawValue)", "publish=\(publisher == nil ? "ok" : name(publisher))",
            "disk=\(name(disk))", "commit=\(count(disk))", "by=\(byHand ? "hand" : "api")",
        ].joined(separator: " ")
    }
}
