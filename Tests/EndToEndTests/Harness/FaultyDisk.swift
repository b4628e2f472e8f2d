import Foundation

/// A disk that fails when a test wants it to, for the programs that are started with its ``environment``: what is below
/// certain directories goes through `Tests/FaultyDisk`, which is preloaded into them.
final class FaultyDisk: Sendable {
    /// As in `faulty_disk.h`.
    enum Fault: UInt64, CaseIterable, Sendable {
        case error = 1
        case full, readOnly, short, half, killBefore, torn, killAfter, powerCut

        /// Whether it ends the process.
        var kills: Bool { rawValue >= Fault.killBefore.rawValue }
    }

    /// Calls that are counted and struck.
    enum Calls: UInt64, Sendable {
        case writes = 1
        case syncs = 2
        case names = 4
        case all = 7
        /// All but the writes: the steps by which something becomes durable.
        case steps = 6
    }

    private enum Field: off_t { case calls, from, until, fault, classes, struck }

    private static let library = Programs.ofTheTests + "/libFaultyDisk.so"
    /// A program under a sanitizer has calls of its own before those of the C library.
    static let isThere = FileManager.default.fileExists(atPath: library) && !Programs.ofTheTests.contains("/.build-")

    private let descriptor: Int32
    let environment: [String: String]

    /// - Parameter roots: directories with all that is in them.
    init(in directory: String, below roots: [String]) throws {
        let path = directory + "/faulty-disk-" + UUID().uuidString.prefix(8)
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, 6 * 8) == 0 else { throw HarnessError("no file for a disk") }
        // The dynamic linker takes a space in a name for the end of it.
        let library = path + ".so"
        try FileManager.default.copyItem(atPath: Self.library, toPath: library)
        environment = [
            "LD_PRELOAD": library, "FAULTY_DISK": path, "FAULTY_DISK_ROOTS": roots.joined(separator: ":"),
        ]
    }

    deinit { close(descriptor) }

    /// Counts from 0 on, and strikes the call of this number, counted from 1.
    /// - Parameter count: so many calls are struck, from that one on; `nil` for all.
    func arm(_ fault: Fault, at call: Int, count: Int? = 1, of calls: Calls = .all) {
        disarm()
        set(.calls, 0)
        set(.struck, 0)
        set(.classes, calls.rawValue)
        set(.from, UInt64(call))
        set(.fault, fault.rawValue)
        set(.until, count.map { UInt64(call + $0) } ?? .max)
    }

    /// Counts, and strikes nothing.
    func count(_ calls: Calls = .all) {
        arm(.error, at: 0, count: 0, of: calls)
    }

    /// What is struck now is the last.
    func disarm() { set(.until, 0) }

    var calls: Int { number(.calls) }
    var struck: Int { number(.struck) }

    private func set(_ field: Field, _ value: UInt64) {
        _ = unsafe withUnsafeBytes(of: value) { unsafe pwrite(descriptor, $0.baseAddress, 8, field.rawValue * 8) }
    }

    private func number(_ field: Field) -> Int {
        var value: UInt64 = 0
        _ = unsafe withUnsafeMutableBytes(of: &value) {
            unsafe pread(descriptor, $0.baseAddress, 8, field.rawValue * 8)
        }
        return Int(clamping: value)
    }
}
