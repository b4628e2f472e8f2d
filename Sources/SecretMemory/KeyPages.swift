import Glibc
import Synchronization

/// A few pages for long-lived keys: locked so that they are never swapped out, excluded from dumps, and zeroed in a
/// child process. They lie between two guard pages.
///
/// There is room for a thousand keys. Longer values, and those that do not fit, go into ordinary memory.
@safe final class KeyPages: Sendable {
    static let slotLength = 64
    private static let slots = 1024

    private let base: UInt
    private let taken = Mutex([Bool](repeating: false, count: slots))
    /// Whether the kernel locks the pages in memory. RLIMIT_MEMLOCK may forbid it.
    let isLocked: Bool

    static let shared = KeyPages()

    private init() {
        let (page, length) = (Int(getpagesize()), Self.slots * Self.slotLength)
        let region = unsafe mmap(nil, length + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let region = unsafe region, unsafe region != MAP_FAILED,
            unsafe mprotect(region + page, length, PROT_READ | PROT_WRITE) == 0
        else {
            (base, isLocked) = (0, false)
            return
        }
        let start = unsafe region + page
        unsafe madvise(start, length, MADV_DONTDUMP)
        unsafe madvise(start, length, MADV_WIPEONFORK)
        isLocked = unsafe mlock(start, length) == 0
        base = UInt(bitPattern: start)
    }

    /// `nil` when there is no room for so many bytes.
    func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer? {
        guard base != 0, (1...Self.slotLength).contains(count) else { return nil }
        let slot = taken.withLock { taken -> Int? in
            guard let free = taken.firstIndex(of: false) else { return nil }
            taken[free] = true
            return free
        }
        guard let slot else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: base + UInt(slot * Self.slotLength)), count: count)
    }

    /// Returns wiped bytes to the pool. `false` when they are not from here.
    func release(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
        let address = UInt(bitPattern: memory.baseAddress)
        guard base != 0, (base..<base + UInt(Self.slots * Self.slotLength)).contains(address) else { return false }
        taken.withLock { $0[Int(address - base) / Self.slotLength] = false }
        return true
    }
}

extension SecretBytes {
    /// The same value in memory that is locked and excluded from dumps, for long-lived keys. Ordinary memory when there
    /// is no room, or for more than 64 bytes.
    package consuming func kept() -> SecretBytes {
        guard let memory = unsafe KeyPages.shared.allocate(count) else { return self }
        withSpan { span in
            unsafe span.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
        }
        return unsafe SecretBytes(owning: memory)
    }

    /// Whether ``kept()`` values are never swapped out.
    package static var keptAreLocked: Bool { KeyPages.shared.isLocked }
}
