import Glibc

/// The uid and gid that the kernel shows for those without a number in this user namespace (user_namespaces(7)).
package struct IDMaps: Equatable, Sendable {
    /// `nil` when every uid is mapped: then that number belongs to an ordinary user.
    package let unmappedUID: UInt32?
    let unmappedGID: UInt32?

    /// - Parameters:
    ///   - uids, gids: the texts of `uid_map` and `gid_map`; `nil` when they cannot be read.
    ///   - overflowUID, overflowGID: the numbers that the kernel shows for unmapped IDs.
    init(uids: String?, gids: String?, overflowUID: UInt32 = 65_534, overflowGID: UInt32 = 65_534) {
        unmappedUID = Self.isComplete(uids) ? nil : overflowUID
        unmappedGID = Self.isComplete(gids) ? nil : overflowGID
    }

    package static let current = IDMaps(
        uids: ProcFS.read(AT_FDCWD, "/proc/self/uid_map"), gids: ProcFS.read(AT_FDCWD, "/proc/self/gid_map"),
        overflowUID: number("/proc/sys/kernel/overflowuid"), overflowGID: number("/proc/sys/kernel/overflowgid"))

    private static func number(_ path: String) -> UInt32 {
        ProcFS.read(AT_FDCWD, path).flatMap { UInt32($0.prefix { $0 != "\n" }) } ?? 65_534
    }

    /// Whether the lines `inside outside count` map all 2^32 - 1 numbers.
    private static func isComplete(_ map: String?) -> Bool {
        let lines = (map ?? "").split(separator: "\n").map { $0.split(separator: " ").compactMap { UInt64($0) } }
        return lines.reduce(0) { $0 + ($1.count == 3 ? $1[2] : 0) } >= UInt64(UInt32.max)
    }
}
