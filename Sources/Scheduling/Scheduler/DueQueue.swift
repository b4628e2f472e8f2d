package import Domain
import HeapModule

/// Apps in the order in which something is due for them. An app has one place; to give it another costs a logarithm, and
/// the old place is left lying until it comes to the front.
package struct DueQueue: Sendable {
    private struct Item: Comparable, Sendable {
        let due: Timestamp
        let name: Name

        static func < (one: Item, other: Item) -> Bool { (one.due, one.name) < (other.due, other.name) }
    }

    /// Each app's own place is in here, and maybe places that it had once.
    private var heap = Heap<Item>()
    private var dues: [Name: Timestamp] = [:]

    package init(_ dues: [Name: Timestamp] = [:]) {
        self.dues = dues
        heap = Heap(dues.map { Item(due: $0.value, name: $0.key) })
    }

    package var count: Int { dues.count }

    package func due(of name: Name) -> Timestamp? { dues[name] }

    /// Gives an app its place; `nil` takes it out.
    package mutating func place(_ name: Name, at due: Timestamp?) {
        guard dues[name] != due else { return }
        dues[name] = due
        guard let due else { return }
        heap.insert(Item(due: due, name: name))
        if heap.count > 2 * dues.count + 64 { self = DueQueue(dues) }
    }

    /// When the first of them is due.
    package mutating func next() -> Timestamp? {
        while let first = heap.min {
            if dues[first.name] == first.due { return first.due }
            heap.removeMin()
        }
        return nil
    }

    /// Takes out the first, if it is due.
    package mutating func take(at now: Timestamp) -> Name? {
        guard let due = next(), due <= now else { return nil }
        let name = heap.removeMin().name
        dues[name] = nil
        return name
    }
}
