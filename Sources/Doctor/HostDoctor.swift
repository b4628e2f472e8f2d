import CPlatform
package import Domain
package import Glibc
package import SocketAPI
import System

/// Checks of a host for anybody with access to the state directory, with or without a daemon.
package struct HostDoctor {
    package typealias Line = CheckResult
    let paths: Paths
    let now: Timestamp
    /// The daemon's user, if this is the daemon.
    private let owner: uid_t?

    package init(paths: Paths, now: Timestamp, owner: uid_t? = nil) {
        self.paths = paths
        self.now = now
        self.owner = owner
    }

    /// Whether a process has the vault open, even if it cannot be reached; `false` also when the caller may not check.
    package var isServed: Bool {
        guard let file = try? File(reading: paths.vault + ".lock") else { return false }
        return flock(file.descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    package var lines: [Line] { [kernel, clock] + state }

    // MARK: The kernel

    /// What is lost without a feature, by the kernel version that has it.
    private static let features: [(version: (Int, Int), loss: String)] = [
        ((5, 3), "a process that reuses a pid cannot be distinguished from the one before it (pidfd_open)"),
        ((6, 5), "a caller's process is identified by its pid, and not by its socket (SO_PEERPIDFD)"),
    ]

    private var kernel: Line {
        var name = utsname()
        guard unsafe uname(&name) == 0 else { return Line(.kernel, .skipped, "the kernel does not say its version") }
        let release = unsafe withUnsafeBytes(of: &name.release) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Self.kernel(release)
    }

    static func kernel(_ release: String) -> Line {
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return Line(.kernel, .skipped, "Linux \(release)") }
        let missing = features.filter { (numbers[0], numbers[1]) < $0.version }
        guard let worst = missing.first else { return Line(.kernel, .passed, "Linux \(release)") }
        return Line(
            .kernel, .warning, "Linux \(release): \(worst.loss)",
            try: "use a kernel from \(worst.version.0).\(worst.version.1) on")
    }

    // MARK: The clock

    /// Accessible, because an operator's command may be allowed to query more than the daemon.
    package var clock: Line { Self.clock(now, isKept: isClockKept) }

    /// `nil` when the kernel does not say: containers and services may not be allowed to make the call.
    private var isClockKept: Bool? {
        switch kt_clock_is_kept() {
        case 0: return false
        case 1: return true
        // Created by systemd-timesyncd once it has contacted a server; other programs leave no such trace.
        default: return unsafe access("/run/systemd/timesync/synchronized", F_OK) == 0 ? true : nil
        }
    }

    static func clock(_ now: Timestamp, isKept: Bool?) -> Line {
        guard now >= keyturnReleased else {
            return Line(
                .clock, .failed, "it says \(now), which is before this program was built: nothing is rotated",
                try: "set the clock: timedatectl set-ntp true")
        }
        guard let isKept else {
            return Line(
                .clock, .skipped, "it says \(now); time synchronisation cannot be checked here",
                try: "timedatectl, and look for 'synchronized: yes'")
        }
        guard isKept else {
            return Line(
                .clock, .warning, "it says \(now), and is not synchronised: windows and deadlines depend on it",
                try: "timedatectl set-ntp true")
        }
        return Line(.clock, .passed, "it says \(now), and is synchronised")
    }

    // MARK: The state directory

    private var state: [Line] {
        var status = stat()
        guard unsafe stat(paths.stateDirectory, &status) == 0 else {
            let reason = errno
            let words = SystemError.words(for: reason)
            return [
                Line(
                    .stateDirectory, .failed, "\(paths.stateDirectory): \(words)",
                    try: reason == ENOENT
                        ? "mount it, or name the right one with --state-dir; on a new host: keyturnd init"
                        : "run as root or as the daemon's user")
            ]
        }
        return [vaultFile].compactMap(\.self) + [fileSystem, freeSpace] + modes + [recoveryKeys]
    }

    /// `nil` if it is there, or the caller may not look.
    private var vaultFile: Line? {
        guard unsafe access(paths.vault, F_OK) != 0, errno == ENOENT, StoreMarker(in: paths.stateDirectory) == nil
        else { return nil }
        let words = "there is no vault at \(paths.vault)"
        let advice =
            VaultTraces(in: paths.stateDirectory).advice(at: paths.vault, words: words)
            ?? Advice(words, try: "keyturnd init, or name the right place with --state-dir")
        return Line(.vaultFile, .failed, advice)
    }

    /// By their magic numbers (statfs(2)).
    private static let remote: [Int: String] = [
        0x6969: "NFS", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB", 0x0102_1997: "9p", 0x6573_5546: "FUSE",
        0x00C3_6400: "Ceph",
    ]
    private static let copying: [Int: String] = [0x9123_683E: "btrfs", 0x2FC1_2FC1: "ZFS"]
    private static let passing: [Int: String] = [0x0102_1994: "tmpfs", 0x8584_58F6: "ramfs"]

    private var fileSystem: Line {
        var system = statvfs()
        let type = unsafe kt_file_system(paths.stateDirectory)
        guard type >= 0, unsafe statvfs(paths.stateDirectory, &system) == 0 else {
            return Line(.fileSystem, .skipped, "the type of the file system is unknown")
        }
        if system.f_flag & UInt(ST_RDONLY) != 0 {
            return Line(
                .fileSystem, .failed, "\(paths.stateDirectory) cannot be written: it is mounted read-only",
                try: "look for disk errors (dmesg), then mount -o remount,rw")
        }
        return Self.fileSystem(Int(type))
    }

    static func fileSystem(_ type: Int) -> Line {
        if let name = remote[type] {
            return Line(
                .fileSystem, .failed,
                "the vault is on \(name), where locks and durable writes are not guaranteed",
                try: "use a state directory on a local disk")
        }
        if let name = passing[type] {
            return Line(
                .fileSystem, .failed, "the vault is on \(name): it is lost when this host restarts",
                try: "use a state directory on a local disk")
        }
        if let name = copying[type] {
            return Line(
                .fileSystem, .warning,
                "the vault is on \(name), which never writes in place: on a full disk there may be no room for a new secret",
                try: "keep some space free, or set a quota for others")
        }
        return Line(.fileSystem, .passed, "a local file system")
    }

    private var freeSpace: Line {
        guard let room = DiskRoom(at: paths.stateDirectory) else {
            return Line(.freeSpace, .skipped, "the file system does not say how much is free")
        }
        return Self.freeSpace(room)
    }

    static func freeSpace(_ room: DiskRoom) -> Line {
        switch room.verdict {
        case .enough: Line(.freeSpace, .passed, room.words)
        case .low: Line(.freeSpace, .warning, room.words, try: DiskRoom.hint)
        case .full: Line(.freeSpace, .failed, room.words, try: DiskRoom.hint)
        }
    }

    /// Printed and stored elsewhere, a recovery key is the last resort; beside the vault it defeats the encryption.
    private var recoveryKeys: Line {
        let found = RecoveryKeyTrace.files(in: paths.stateDirectory)
        guard !found.isEmpty else {
            return Line(.recoveryKey, .passed, "no file beside the vault contains a recovery key")
        }
        return Line(
            .recoveryKey, .warning,
            "a recovery key is beside the vault, and unlocks it for anyone who has the disk: \(found.joined(separator: ", "))",
            try: "shred -u \(paths.stateDirectory)/\(found[0]), once it is printed and stored elsewhere")
    }

    private var modes: [Line] {
        let found = StateModes(in: paths.stateDirectory, owner: owner).findings
        guard !found.isEmpty else {
            return [Line(.permissions, .passed, "only the daemon's user can read and write its files")]
        }
        return found.map { Line(.permissions, .failed, "\($0.place): \($0.detail)", try: $0.hint) }
    }
}
