import Foundation

/// All that a process can write, as the kernel shows it to root.
struct ProcessMemory {
    private let pid: pid_t

    init(_ pid: pid_t) { self.pid = pid }

    /// Where the bytes of each needle are, by the needle's name: the number of places.
    func occurrences(of needles: [String: [UInt8]]) throws -> [String: Int] {
        let memory = unsafe open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
        guard memory >= 0 else { throw HarnessError("cannot read the memory of \(pid)") }
        defer { close(memory) }
        let overlap = (needles.values.map(\.count).max() ?? 1) - 1
        var found = needles.mapValues { _ in 0 }
        var window = [UInt8](repeating: 0, count: 1 << 20)
        for region in try regions() {
            var at = region.lowerBound
            while at < region.upperBound {
                let wanted = min(window.count, Int(region.upperBound - at))
                let got = unsafe pread(memory, &window, wanted, off_t(at))
                guard got > 0 else { break }
                let isLast = at + UInt64(got) >= region.upperBound
                // What begins in the overlap is found in the next window.
                let end = isLast ? got : max(got - overlap, 1)
                for (name, needle) in needles {
                    found[name, default: 0] += Self.count(needle, in: window[..<got], before: end)
                }
                at += UInt64(isLast ? got : end)
            }
        }
        return found
    }

    private static func count(_ needle: [UInt8], in bytes: ArraySlice<UInt8>, before end: Int) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return 0 }
            var (found, at) = (0, 0)
            let last = min(end, bytes.count - needle.count + 1)
            while at < last, let hit = unsafe memchr(base + at, Int32(needle[0]), last - at) {
                if unsafe memcmp(hit, needle, needle.count) == 0 { found += 1 }
                at = unsafe UnsafeRawPointer(hit) - base + 1
            }
            return found
        }
    }

    private func regions() throws -> [Range<UInt64>] {
        try String(contentsOfFile: "/proc/\(pid)/maps", encoding: .utf8).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1].hasPrefix("rw") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }

    /// Kilobytes that are locked.
    var locked: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmLck:") }
            return line.flatMap { Int($0.split(separator: " ").dropLast().last ?? "") } ?? 0
        }
    }
}
