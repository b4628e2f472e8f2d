import Domain
import SocketAPI
import Testing

@testable import Audit
@testable import Health

/// Which refusals get lines, and which are counted.
@Suite struct RefusalAllowanceTests {
    private static let noon = Timestamp(unixSeconds: 1_800_000_000 / 86_400 * 86_400 + 43_200)

    private static func limits(perDay: Int = 1 << 20, callers: Int = 4) -> RefusalAllowance.Limits {
        var limits = RefusalAllowance.Limits()
        (limits.perDay, limits.callers) = (perDay, callers)
        return limits
    }

    /// - Returns: how many of so many refusals get their lines.
    private static func take(
        _ count: Int, _ uid: UInt32, _ allowance: inout RefusalAllowance, at seconds: Int = 0, hasRoom: Bool = true
    ) -> Int {
        (0..<count).count { _ in allowance.consume(uid, bytes: 300, at: noon + seconds, hasRoom: hasRoom) }
    }

    @Test(arguments: [(5, 5), (10, 10), (1_000, 10)])
    func `a caller has ten lines in a second, and the rest is counted`(asked: Int, written: Int) {
        var allowance = RefusalAllowance(Self.limits())
        #expect(Self.take(asked, 1, &allowance) == written)
        #expect(allowance.counted.map(\.count) == (asked > written ? [asked - written] : []))
        #expect(Self.take(asked, 2, &allowance) == written, "another caller has its own")
        #expect(Self.take(asked, 1, &allowance, at: 1) == written, "so has the next second")
    }

    @Test func `counted refusals are reported once a minute, with their beginning, and then it is quiet`() {
        var allowance = RefusalAllowance(Self.limits())
        for second in 0..<59 {
            _ = Self.take(15, 1, &allowance, at: second)
            #expect(allowance.due(at: Self.noon + second, hasRoom: true) == [])
        }
        #expect(
            allowance.due(at: Self.noon + 60, hasRoom: true) == [
                .init(uid: 1, count: 59 * 5, since: Self.noon, cause: .rate)
            ])
        #expect(allowance.counted == [] && allowance.due(at: Self.noon + 120, hasRoom: true) == [])
    }

    @Test func `a count that cannot be written is written later, with everything that came meanwhile`() {
        var allowance = RefusalAllowance(Self.limits())
        _ = Self.take(15, 1, &allowance)
        let told = allowance.due(at: Self.noon + 60, hasRoom: true)
        _ = Self.take(12, 1, &allowance, at: 61)
        allowance.putBack(told)
        #expect(allowance.counted == [.init(uid: 1, count: 7, since: Self.noon, cause: .rate)])
    }

    @Test func `a log that cannot be written uses up nothing of the day`() {
        var allowance = RefusalAllowance(Self.limits(perDay: 20_000))
        _ = Self.take(15, 1, &allowance)
        for second in 60..<3_660 {
            let told = allowance.due(at: Self.noon + second, hasRoom: true)
            #expect(told.map(\.count) == [5])
            allowance.putBack(told)
        }
        #expect(Self.take(1, 2, &allowance, at: 3_660) == 1)
    }

    @Test func `a day has a limit of bytes for all callers, and then only counting lines, one an hour for each`() {
        var allowance = RefusalAllowance(Self.limits(perDay: 3_000))
        let written = (0..<100).reduce(0) { $0 + Self.take(10, UInt32($1 % 3), &allowance, at: $1) }
        #expect(written == 10)
        var lines = 0
        for second in stride(from: 100, to: 100 + 6 * 3_600, by: 10) {
            #expect(Self.take(10, 1, &allowance, at: second) == 0)
            lines += allowance.due(at: Self.noon + second, hasRoom: true).count
        }
        #expect(lines <= 3 * 7, "\(lines)")
        #expect(allowance.counted.first?.cause == .day)
        #expect(Self.take(10, 1, &allowance, at: 43_200) == 10, "the next day has its own")
    }

    @Test func `a restart does not give a day its bytes again`() {
        var allowance = RefusalAllowance(Self.limits(perDay: 3_000))
        allowance.resume(used: 2_500, at: Self.noon)
        #expect(Self.take(10, 1, &allowance) == 1)
        allowance.resume(used: 100, at: Self.noon)
        #expect(Self.take(10, 1, &allowance, at: 1) == 0)
    }

    @Test func `without room nothing is written, not even counts, until there is room or the last chance has come`() {
        var allowance = RefusalAllowance(Self.limits())
        #expect(Self.take(20, 1, &allowance, hasRoom: false) == 0)
        #expect(allowance.due(at: Self.noon + 7_200, hasRoom: false) == [])
        var closing = allowance
        #expect(closing.due(at: Self.noon + 1, hasRoom: false, isLast: true).map(\.count) == [20])
        #expect(allowance.due(at: Self.noon + 7_200, hasRoom: true).map(\.count) == [20])
    }

    @Test func `however many users ask, few are remembered, and all others are counted as one`() {
        var allowance = RefusalAllowance(Self.limits())
        let written = (0..<50_000 as Range<UInt32>).reduce(0) { $0 + Self.take(1, 100_000 + $1, &allowance) }
        #expect(written == 4 + 10)
        #expect(allowance.counted == [.init(uid: nil, count: 50_000 - 14, since: Self.noon, cause: .rate)])
        #expect(Self.take(1, 7, &allowance, at: 1) == 1, "who asks no more is forgotten")
        _ = Self.take(20, 7, &allowance, at: 1)
        #expect(allowance.counted.contains { $0.uid == 7 })
    }

    @Test func `a clock that is set back holds nothing forever`() {
        var allowance = RefusalAllowance(Self.limits())
        _ = Self.take(15, 1, &allowance)
        #expect(allowance.due(at: Self.noon + -7_200, hasRoom: true).map(\.count) == [5])
    }

    @Test func `the status says which caller, how many and why, and is quiet afterwards`() {
        let limits = Self.limits(callers: 2)
        var allowance = RefusalAllowance(limits)
        #expect(RefusalProblems.problems(allowance.counted, limits).isEmpty)
        for (uid, count) in [(1001, 60), (1002, 30), (1003, 20)] as [(UInt32, Int)] {
            _ = Self.take(count, uid, &allowance)
        }
        let problem = RefusalProblems.problems(allowance.counted, limits).first
        #expect(problem?.code == "refusals_counted")
        #expect(
            problem?.detail
                == "80 refusals since \(Self.noon), only counted in the audit log (more than 10 refusals of one "
                + "caller in a second): user 1001 (50), user 1002 (20), other users (10)")
        #expect(problem?.hint?.hasPrefix("ps -u 1001") == true)
    }
}
