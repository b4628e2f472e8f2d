import CPlatform
import Dispatch

/// Tracks the peak number of connections, to return memory to the kernel after many have closed.
struct ConnectionPeak: Equatable {
    /// Smaller peaks are not worth the work.
    private static let least = 64

    private var high = 0

    mutating func record(_ count: Int) { high = max(high, count) }

    /// Whether half of the connections have closed since this was last true.
    mutating func hasFallen(to count: Int) -> Bool {
        guard high >= Self.least, count <= high / 2 else { return false }
        high = count
        return true
    }

    /// Returns freed memory to the kernel. This can take long: do not call it on a loop.
    static func returnMemory() { DispatchQueue.global(qos: .utility).async { kt_give_heap_back() } }
}
