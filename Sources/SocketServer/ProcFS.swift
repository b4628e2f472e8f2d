package import Domain
import Glibc

/// Reads facts about a process from `/proc`. They do not prove that the pid still refers to the same process: the caller
/// holds a pidfd, and checks it afterwards.
package struct ProcFS: Sendable {
    let maps: IDMaps
    /// Whether the pids in `/proc` are those of the daemon's own pid namespace. If not, they would refer to other
    /// processes.
    private let isOurs: Bool

    package init() {
        maps = IDMaps.current
        isOurs = Self.link("/proc/self") == String(getpid())
    }

    /// The facts about the process, if it still belongs to this user.
    func facts(of pid: Int32, uid: UInt32) -> ProcessFacts? {
        guard isOurs, pid > 0 else { return nil }
        // Held open, so that all reads below concern one process, or fail.
        let directory = unsafe open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return nil }
        defer { close(directory) }
        var status = stat()
        guard unsafe fstat(directory, &status) == 0, status.st_uid == uid else { return nil }
        let group = Self.read(directory, "cgroup").map(ControlGroup.init(listing:))
        return ProcessFacts(unit: group?.unit, slice: group?.slice, executable: Self.executable(directory))
    }

    /// The login that the process stems from, if the process still belongs to this user.
    func login(of pid: Int32, uid: UInt32) -> Login? {
        guard isOurs, pid > 0 else { return nil }
        let directory = unsafe open("/proc/\(pid)", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return nil }
        defer { close(directory) }
        var status = stat()
        guard unsafe fstat(directory, &status) == 0, status.st_uid == uid else { return nil }
        return Login(loginuid: Self.read(directory, "loginuid"), sessionid: Self.read(directory, "sessionid"))
    }

    /// The process's effective user; `nil` when that cannot be seen.
    func owner(of pid: Int32) -> UInt32? {
        guard isOurs, pid > 0 else { return nil }
        var status = stat()
        return unsafe stat("/proc/\(pid)", &status) == 0 ? status.st_uid : nil
    }

    /// All facts about a process that did not connect; `nil` when there is no process with this pid.
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

    /// The path of the executable. It counts only if that path refers to the same file in the daemon's mount namespace:
    /// another namespace can have any file at any path, and a deleted or replaced file is at no path.
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

    /// The text of a small file; `nil` when it is larger than 16 KiB.
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
