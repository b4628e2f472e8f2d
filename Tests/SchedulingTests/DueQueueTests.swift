import Domain
import Scheduling
import TestSupport
import Testing

@Suite struct DueQueueTests {
    private func at(_ seconds: Int) -> Timestamp { Timestamp(unixSeconds: seconds) }

    @Test func `apps come out in the order in which they are due, and not before`() {
        var queue = DueQueue([.test("b"): at(20), .test("a"): at(20), .test("c"): at(10)])
        #expect(queue.next() == at(10) && queue.pop(at: at(9)) == nil)
        #expect(queue.pop(at: at(20)) == .test("c"))
        #expect(queue.pop(at: at(20)) == .test("a") && queue.pop(at: at(20)) == .test("b"))
        #expect(queue.pop(at: at(99)) == nil && queue.next() == nil && queue.count == 0)
    }

    @Test func `a removed entry no longer counts, and one that was added again counts once`() {
        var queue = DueQueue()
        for due in [5, 7, 5] { queue.place(.test("a"), at: at(due)) }
        #expect(queue.pop(at: at(9)) == .test("a") && queue.pop(at: at(9)) == nil)
        queue.place(.test("a"), at: at(3))
        queue.place(.test("a"), at: nil)
        #expect(queue.next() == nil)
    }

    @Test(arguments: 0..<20) func `a thousand changes leave the same as a plain table`(seed: Int) {
        var dice = Dice(UInt64(seed))
        var queue = DueQueue()
        var table: [Name: Timestamp] = [:]
        for _ in 0..<1000 {
            let name = Name.test("app-\(dice.below(30))")
            if dice.below(4) == 0 {
                let now = at(dice.below(100))
                let first = table.filter { $0.value <= now }.min { ($0.value, $0.key) < ($1.value, $1.key) }
                #expect(queue.pop(at: now) == first?.key)
                if let first { table[first.key] = nil }
            } else {
                let due = dice.below(5) == 0 ? nil : at(dice.below(100))
                queue.place(name, at: due)
                table[name] = due
            }
            #expect(queue.count == table.count && queue.next() == table.values.min())
        }
    }
}
