package import Domain
import Glibc

/// What `/proc` tells of a process. Nothing here proves that the number still means the same process: who asks holds a
/// pidfd, and looks at that afterwards.
package struct ProcFS: Sendable {
    let maps: IDMaps
    /// Whether the numbers in `/proc` are those of the daemon's own pid namespace. Where they are not, they would lead to
    /// strangers.
    private let isOurs: Bool

    package init() {
        maps = IDMaps.current
        isOurs = Self.link("/proc/self") == String(getpid())
    }

    /// What is known of the process, if it is this user's still.
    func facts(of pid: Int32, uid: UInt32) -> ProcessFacts? {
        guard isOurs, pid > 0 else { return nil }
        // Held open: what is read below is of one process, or of none.
        let directory = unsafe open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return nil }
        defer { close(directory) }
        var status = stat()
        guard unsafe fstat(directory, &status) == 0, status.st_uid == uid else { return nil }
        let group = Self.read(directory, "cgroup").map(ControlGroup.init(listing:))
        return ProcessFacts(unit: group?.unit, slice: group?.slice, executable: Self.executable(directory))
    }

    /// The process's effective user; `nil` when that cannot be seen.
    func owner(of pid: Int32) -> UInt32? {
        guard isOurs, pid > 0 else { return nil }
        var status = stat()
        return unsafe stat("/proc/\(pid)", &status) == 0 ? status.st_uid : nil
    }

    /// All that there is to know of a process that did not connect; `nil` when there is none of this number.
    package func identity(of pid: Int32) -> Identity? {
        guard isOurs, pid > 0 else { return nil }
        let directory = unsafe open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return nil }
        defer { close(directory) }
        var status = stat()
        guard unsafe fstat(directory, &status) == 0, let text = Self.read(directory, "status") else { return nil }
        let groups = text.split(separator: "\n").first { $0.hasPrefix("Groups:") }
        return Identity(
            uid: status.st_uid, gid: status.st_gid, pid: pid, isForeign: status.st_uid == maps.unmappedUID,
            groups: groups?.split { $0 == " " || $0 == "\t" }.dropFirst().compactMap { UInt32($0) }
                .filter { $0 != maps.unmappedGID },
            process: facts(of: pid, uid: status.st_uid))
    }

    /// The path of the file that the process runs. It counts only if that very file is at the path here, where this
    /// daemon looks: another mount namespace can put anything at any path, and a file that was deleted or replaced is
    /// at none.
    private static func executable(_ directory: CInt) -> String? {
        guard let path = link("exe", in: directory), path.hasPrefix("/") else { return nil }
        var running = stat()
        var there = stat()
        guard unsafe fstatat(directory, "exe", &running, 0) == 0, unsafe lstat(path, &there) == 0,
            running.st_dev == there.st_dev, running.st_ino == there.st_ino
        else { return nil }
        return path
    }

    private static func link(_ path: String, in directory: CInt = AT_FDCWD) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
            guard let base = buffer.baseAddress else { return nil }
            let count = unsafe readlinkat(directory, path, base, buffer.count)
            guard count > 0, count < buffer.count else { return nil }
            return unsafe String(validating: buffer.prefix(count).lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// A small file's text; `nil` when it has more than 16 KiB.
    static func read(_ directory: CInt, _ name: String) -> String? {
        let descriptor = unsafe openat(directory, name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16_384) { buffer in
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            guard count >= 0, count < buffer.count else { return nil }
            return unsafe String(validating: buffer.prefix(count), as: UTF8.self)
        }
    }
}
