package import Domain
import HeapModule

/// Apps in the order of their due times. An app has one place. A new place costs O(log n); the old one stays in the
/// heap until it reaches the front.
package struct DueQueue: Sendable {
    private struct Item: Comparable, Sendable {
        let due: Timestamp
        let name: Name

        static func < (one: Item, other: Item) -> Bool { (one.due, one.name) < (other.due, other.name) }
    }

    /// The current place of each app, and possibly some former ones.
    private var heap = Heap<Item>()
    private var dues: [Name: Timestamp] = [:]

    package init(_ dues: [Name: Timestamp] = [:]) {
        self.dues = dues
        heap = Heap(dues.map { Item(due: $0.value, name: $0.key) })
    }

    package var count: Int { dues.count }

    /// Sets an app's due time; `nil` removes the app.
    package mutating func place(_ name: Name, at due: Timestamp?) {
        guard dues[name] != due else { return }
        dues[name] = due
        guard let due else { return }
        heap.insert(Item(due: due, name: name))
        if heap.count > 2 * dues.count + 64 { self = DueQueue(dues) }
    }

    /// The earliest due time.
    package mutating func next() -> Timestamp? {
        while let first = heap.min {
            if dues[first.name] == first.due { return first.due }
            heap.removeMin()
        }
        return nil
    }

    /// Removes and returns the first app, if it is due.
    package mutating func pop(at now: Timestamp) -> Name? {
        guard let due = next(), due <= now else { return nil }
        let name = heap.removeMin().name
        dues[name] = nil
        return name
    }
}
