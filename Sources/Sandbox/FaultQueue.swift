/// The pending faults, oldest first.
package struct FaultQueue: Sendable {
    /// A fault as `GET /_sandbox/faults` shows it.
    package struct Waiting: Sendable, Encodable {
        package let id: Int
        package let fault: Fault.Kind
        package let path: String?
        package let method: String?
        /// How many more requests it strikes; 0: all.
        package fileprivate(set) var remaining: Int
        package fileprivate(set) var skip: Int
    }

    private var queue: [(waiting: Waiting, fault: Fault)] = []
    private var lastID = 0
    private static let limit = 1_000

    package var waiting: [Waiting] { queue.map(\.waiting) }

    @discardableResult
    package mutating func add(_ fault: Fault) throws(ControlError) -> Waiting {
        try fault.check()
        guard queue.count < Self.limit else { throw .conflict("there are \(Self.limit) faults already") }
        lastID += 1
        let waiting = Waiting(
            id: lastID, fault: fault.kind, path: fault.path, method: fault.method, remaining: fault.count ?? 1,
            skip: fault.skip ?? 0)
        queue.append((waiting, fault))
        return waiting
    }

    package mutating func clear() { queue = [] }

    /// Returns the first fault that matches this request, and counts the strike.
    mutating func take(method: String, path: String) -> Fault? {
        for place in queue.indices where queue[place].fault.matches(method: method, path: path) {
            if queue[place].waiting.skip > 0 {
                queue[place].waiting.skip -= 1
                continue
            }
            let fault = queue[place].fault
            switch queue[place].waiting.remaining {
            case 0: break
            case 1: queue.remove(at: place)
            default: queue[place].waiting.remaining -= 1
            }
            return fault
        }
        return nil
    }
}
