import CPlatform
import Dispatch

/// How many connections there were and are, to give back the memory of many once they are gone.
struct ConnectionPeak: Equatable {
    /// Fewer than these are worth no work.
    private static let least = 64

    private var high = 0

    mutating func note(_ count: Int) { high = max(high, count) }

    /// Whether half of them are gone since this was so last.
    mutating func hasFallen(to count: Int) -> Bool {
        guard high >= Self.least, count <= high / 2 else { return false }
        high = count
        return true
    }

    /// Returns what was freed to the kernel. That takes as long as there is much of it: not on a loop.
    static func returnMemory() { DispatchQueue.global(qos: .utility).async { kt_give_heap_back() } }
}
