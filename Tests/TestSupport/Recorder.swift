import Synchronization

/// What happened, in the order in which it happened, from whatever thread.
package final class Recorder<Element: Sendable>: Sendable {
    private let list = Mutex<[Element]>([])

    package init() {}

    package func record(_ element: Element) { list.withLock { $0.append(element) } }
    package var all: [Element] { list.withLock { $0 } }
    package var count: Int { list.withLock { $0.count } }
}
