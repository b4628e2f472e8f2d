import Domain
import Glibc
import SocketAPI

/// The free space of a file system, and whether it suffices for a vault. Used by the doctor, the status and the metrics.
package struct DiskRoom: Equatable, Sendable {
    package enum Verdict: Equatable, Sendable { case enough, low, full }

    /// In bytes, for a user other than root.
    package let free: Int
    package let total: Int
    /// How many more files may be created. A file system that does not count them reports a total of none.
    let files: Int
    let allFiles: Int

    /// `nil` when the file system does not say.
    package init?(at path: String) {
        var system = statvfs()
        guard unsafe statvfs(path, &system) == 0 else { return nil }
        let block = Int(clamping: system.f_frsize)
        self.init(
            free: Self.bytes(Int(clamping: system.f_bavail), block),
            total: Self.bytes(Int(clamping: system.f_blocks), block), files: Int(clamping: system.f_favail),
            of: Int(clamping: system.f_files))
    }

    package init(free: Int, total: Int, files: Int, of allFiles: Int) {
        self.free = free
        self.total = total
        self.files = files
        self.allFiles = allFiles
    }

    private static func bytes(_ blocks: Int, _ size: Int) -> Int {
        let (bytes, isTooMuch) = blocks.multipliedReportingOverflow(by: size)
        return isTooMuch ? .max : bytes
    }

    /// A vault of 100 apps is well below 1 MiB; a backup, a log and a rotation of all of them fit into this.
    private static let (little, least) = (256 << 20, 32 << 20)

    private var hasFewFiles: Bool { allFiles > 0 && files < 16 }

    package var verdict: Verdict {
        if free < Self.least || hasFewFiles { return .full }
        return free < Self.little ? .low : .enough
    }

    /// `20 MiB (20971520 bytes) free`, and the consequences.
    package var words: String {
        let room = "\(free >> 20) MiB (\(counted(free, "byte"))) free"
        if free >= Self.least, hasFewFiles {
            return "\(room), but only \(counted(files, "file")) can still be created there"
        }
        return verdict == .full ? "\(room): when it is full, no client is served and nothing is saved" : room
    }

    package static let hint = AttentionCode.diskFull.advice.hint
}
