import Glibc

/// How much room there is where a path is, in bytes.
struct DiskSpace: Equatable, Sendable {
    /// For a user who is not root.
    let free: Int
    let total: Int

    /// `nil` when the file system does not say.
    init?(at path: String) {
        var system = statvfs()
        guard unsafe statvfs(path, &system) == 0 else { return nil }
        let block = Int(clamping: system.f_frsize)
        free = Self.bytes(Int(clamping: system.f_bavail), block)
        total = Self.bytes(Int(clamping: system.f_blocks), block)
    }

    private static func bytes(_ blocks: Int, _ size: Int) -> Int {
        let (bytes, isTooMuch) = blocks.multipliedReportingOverflow(by: size)
        return isTooMuch ? .max : bytes
    }
}
