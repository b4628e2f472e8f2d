import Foundation
import TestSupport
import Testing

/// A file system of its own that can be filled, for a daemon that may die on it: it lives as long as the process that
/// holds its mount namespace.
struct SmallDisk {
    static let why: Comment = "mounting is not allowed here"
    static let mayMount: Bool = {
        guard geteuid() == 0, let world = try? World() else { return false }
        defer { world.close() }
        let mount = "mount -t tmpfs -o size=64k tmpfs \(world.directory)"
        return (try? world.runner.run("unshare", ["-m", "/bin/sh", "-c", mount]))?.exit == 0
    }()

    /// As whoever is inside sees it.
    let path: String
    private let holder: Running

    init(in world: World, size: String) throws {
        path = world.directory + "/disk"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let mount = "mount -t tmpfs -o size=\(size),mode=0700 tmpfs \(path) && exec sleep 600"
        let holder = try world.runner.start("unshare", ["-m", "/bin/sh", "-c", mount])
        self.holder = holder
        let line = "tmpfs \(path) tmpfs"
        try eventually("the disk") {
            try String(contentsOfFile: "/proc/\(holder.child.pid)/mounts", encoding: .utf8).contains(line)
        }
    }

    /// From outside.
    func outside(_ name: String) -> String { "/proc/\(holder.child.pid)/root\(path)/\(name)" }

    /// What runs a program on it, for ``Runner``.
    func inside(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        ("nsenter", ["-t", "\(holder.child.pid)", "-m", program] + arguments)
    }

    /// Writes until there is no room left.
    static func fill(_ path: String) throws {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HarnessError("cannot fill the disk: error \(errno)") }
        defer { close(descriptor) }
        for size in [65_536, 4_096, 1] {
            let bytes = [UInt8](repeating: 0x2E, count: size)
            while unsafe write(descriptor, bytes, size) == size {}
        }
    }
}
