import Glibc
package import SecretMemory
import Synchronization

/// Bytes that nobody else has, made one by one from a seed, so that they stand in memory only where somebody put them.
package struct Marker: Sendable {
    private let seed: UInt64
    package let count: Int

    package init(_ seed: UInt64, count: Int) {
        self.seed = seed
        self.count = count
    }

    /// Lower-case letters, so that JSON has it as it is.
    package subscript(index: Int) -> UInt8 {
        var dice = Dice(seed &+ UInt64(index) &* 0x1_0000_0001)
        return UInt8(ascii: "a") + UInt8(truncatingIfNeeded: dice.next() >> 32) % 26
    }

    /// The marker, or a part of it, as a secret.
    package func secret(from start: Int = 0, count: Int? = nil) -> SecretBytes {
        let count = count ?? self.count
        return SecretBytes(count: count) { span in
            for index in 0..<count { span.storeBytes(of: self[start + index], toByteOffset: index, as: UInt8.self) }
        }
    }
}

/// Looks for bytes in all memory that this process can write: what was freed, and whatever anybody copied, included.
/// The kernel reads it (`/proc/self/mem`), since reading freed memory is nothing that a program may do itself.
package enum MemoryScan {
    /// One scan at a time: what one of them reads would be found by another.
    private static let turn = Mutex(())

    /// How often the marker's bytes from `start`, `length` of them, are in memory.
    package static func occurrences(of marker: Marker, from start: Int = 0, length: Int = 48) throws -> Int {
        try turn.withLock { _ in try scan(marker, start, length) }
    }

    private static func scan(_ marker: Marker, _ start: Int, _ length: Int) throws -> Int {
        let window = 1 << 20
        // Where the scan keeps its needle and what it reads, left out of the scan.
        let size = window + 4096
        guard let own = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            unsafe own != MAP_FAILED
        else { throw Unscannable() }
        defer { unsafe munmap(own, size) }
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: own, count: size)
        for index in 0..<length { unsafe buffer[window + index] = marker[start + index] }

        let memory = unsafe open("/proc/self/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw Unscannable() }
        defer { close(memory) }
        let ownStart = UInt(bitPattern: own)
        var found = 0
        for region in try regions() {
            for part in [
                region.lowerBound..<max(min(region.upperBound, ownStart), region.lowerBound),
                min(max(region.lowerBound, ownStart + UInt(size)), region.upperBound)..<region.upperBound,
            ] {
                var at = part.lowerBound
                while at < part.upperBound {
                    let read = unsafe pread(memory, own, min(window, Int(part.upperBound - at)), off_t(at))
                    guard read > 0 else { break }
                    found += unsafe count(buffer[(window)..<(window + length)], in: buffer[0..<read])
                    // Windows overlap by less than the needle, so that no find is cut and none is counted twice.
                    let isLast = at + UInt(read) >= part.upperBound
                    at += isLast ? UInt(read) : UInt(max(read - length + 1, 1))
                }
            }
        }
        return found
    }

    package struct Unscannable: Error {}

    /// Looks for the letter of the needle that other text has least, since each find costs a comparison.
    private static func count(
        _ needle: Slice<UnsafeMutableRawBufferPointer>, in haystack: Slice<UnsafeMutableRawBufferPointer>
    ) -> Int {
        let size = unsafe needle.count
        guard let wanted = unsafe UnsafeRawBufferPointer(rebasing: needle).baseAddress,
            var rest = unsafe UnsafeRawBufferPointer(rebasing: haystack).baseAddress, unsafe haystack.count >= size
        else { return 0 }
        // Nothing of the needle is copied, since the scan would find that.
        let rare = unsafe "qjzx".utf8.lazy.compactMap { unsafe needle.firstIndex(of: $0) }.first ?? needle.startIndex
        let (place, letter) = unsafe (rare - needle.startIndex, Int32(needle[rare]))
        unsafe rest += place
        let end = unsafe rest + (haystack.count - size + 1)
        var found = 0
        while let hit = unsafe memchr(rest, letter, end - rest) {
            let start = unsafe UnsafeRawPointer(hit) - place
            if unsafe memcmp(start, wanted, size) == 0 { found += 1 }
            unsafe rest = UnsafeRawPointer(hit) + 1
        }
        return found
    }

    /// The address ranges that are mapped for reading and writing.
    private static func regions() throws -> [Range<UInt>] {
        guard let file = unsafe fopen("/proc/self/maps", "re") else { throw Unscannable() }
        defer { unsafe fclose(file) }
        var regions: [Range<UInt>] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { unsafe free(line) }
        while unsafe getline(&line, &capacity, file) > 0, let line = unsafe line {
            let fields = unsafe String(cString: line).split(separator: " ")
            guard fields.count > 1, fields[1].hasPrefix("rw") else { continue }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2, ends[0] < ends[1] { regions.append(ends[0]..<ends[1]) }
        }
        return regions
    }
}
