package import Glibc
package import SecretMemory

/// An open file, closed with its owner. No program that this one starts inherits it.
///
/// Opening never waits: not for the writer of a pipe, and no terminal becomes this process's own. By default a symbolic
/// link is refused, since in our own directories there is none. Files that operators name may be links; who could have
/// placed those is checked before (`TrustedPath`).
package struct File: ~Copyable, Sendable {
    package let descriptor: CInt
    /// For messages.
    private let path: String

    private init(_ operation: String, _ path: String, _ flags: CInt, mode: mode_t = 0) throws(SystemError) {
        self.path = path
        descriptor = unsafe open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, mode)
        guard descriptor >= 0 else { throw SystemError("cannot \(operation) \(path)") }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    package init(reading path: String, followsLinks: Bool = false) throws(SystemError) {
        try self.init("read", path, O_RDONLY | (followsLinks ? 0 : O_NOFOLLOW))
    }

    /// Creates a file. Fails if the name exists.
    package init(creating path: String, mode: mode_t = 0o600) throws(SystemError) {
        try self.init("create", path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    }

    /// Creates a file whose writes all go to its end. Fails if the name exists.
    package init(creatingForAppending path: String) throws(SystemError) {
        try self.init("create", path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    }

    package init(appendingTo path: String) throws(SystemError) {
        try self.init("open", path, O_WRONLY | O_APPEND | O_NOFOLLOW)
    }

    package init(overwriting path: String) throws(SystemError) { try self.init("open", path, O_RDWR | O_NOFOLLOW) }

    /// Opens a lock file, and creates it if it is missing.
    package init(lockFile path: String) throws(SystemError) {
        try self.init("open the lock file", path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
    }

    fileprivate init(directory path: String) throws(SystemError) { try self.init("open", path, O_RDONLY | O_DIRECTORY) }

    // MARK: Facts

    package func status() throws(SystemError) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw SystemError("cannot inspect \(path)") }
        return status
    }

    /// Locks the file for this process until it is closed or unlocked.
    /// - Returns: `false` when another process has locked it.
    package func lock() throws(SystemError) -> Bool {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw SystemError("cannot lock \(path)") }
        return false
    }

    // MARK: Reading

    /// Reads until `span` is full or the file ends.
    /// - Returns: the number of bytes.
    package func read(into span: inout MutableRawSpan) throws(SystemError) -> Int {
        let wanted = span.byteCount
        var done = 0
        while done < wanted {
            let start = done
            let got = unsafe span.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress?.advanced(by: start), wanted - start)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SystemError("cannot read \(path)") }
            if got == 0 { break }
            done += got
        }
        return done
    }

    /// Continues at this position, in bytes.
    package func seek(to position: Int) throws(SystemError) {
        guard lseek(descriptor, off_t(position), SEEK_SET) == position else { throw SystemError("cannot read \(path)") }
    }

    /// Reads exactly `count` bytes into memory that is wiped.
    package func read(secret count: Int) throws(SystemError) -> SecretBytes {
        try SecretBytes(count: count) { span throws(SystemError) in
            guard try read(into: &span) == count else { throw SystemError("cannot read \(path) to its end", EIO) }
        }
    }

    /// Reads at most `most` bytes. Not for secrets.
    package func read(most: Int) throws(SystemError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        var span = bytes.mutableSpan
        var rest = unsafe span.mutableBytes
        let count = try read(into: &rest)
        bytes.removeLast(most - count)
        return bytes
    }

    // MARK: Writing

    /// Writes all bytes.
    package func write(_ bytes: RawSpan) throws(SystemError) {
        var done = 0
        while done < bytes.byteCount {
            let start = done
            let written = unsafe bytes.withUnsafeBytes { bytes in
                unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: start), bytes.count - start)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SystemError("cannot write \(path)", written == 0 ? EIO : errno) }
            done += written
        }
    }

    /// Returns when everything written is on disk.
    package func sync() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError("cannot sync \(path)") }
    }

    /// Like ``sync()``, without times and other facts that are not needed to read the content.
    package func syncData() throws(SystemError) {
        guard fdatasync(descriptor) == 0 else { throw SystemError("cannot sync \(path)") }
    }
}

extension stat {
    package var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }

    package func isSameFile(as other: stat) -> Bool { st_dev == other.st_dev && st_ino == other.st_ino }
}

/// Whole files and their names.
package enum Files {
    /// Creates a file that nobody else can read, and that survives a power cut; leaves none if that fails.
    package static func create(_ path: String, mode: mode_t = 0o600, containing content: RawSpan) throws(SystemError) {
        let file = try File(creating: path, mode: mode)
        do throws(SystemError) {
            try file.write(content)
            try file.sync()
            try syncName(of: path)
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Replaces a file in one step: at any moment it has the old or the new content, also after a power cut.
    package static func replace(_ path: String, with content: RawSpan) throws(SystemError) {
        let draft = path + ".new"
        // Left by a process that was killed meanwhile.
        unsafe unlink(draft)
        try create(draft, containing: content)
        do throws(SystemError) { try rename(draft, to: path) } catch {
            unsafe unlink(draft)
            throw error
        }
        try syncName(of: path)
    }

    /// Gives a file another name. ``syncName(of:)`` makes that survive a power cut.
    package static func rename(_ path: String, to name: String) throws(SystemError) {
        guard unsafe Glibc.rename(path, name) == 0 else { throw SystemError("cannot rename \(path) to \(name)") }
    }

    /// Makes a name survive a power cut, after it was created, changed or removed.
    package static func syncName(of path: String) throws(SystemError) {
        let parent = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        try syncDirectory(parent.isEmpty ? "/" : String(parent))
    }

    /// Makes all names in a directory survive a power cut.
    package static func syncDirectory(_ path: String) throws(SystemError) { try File(directory: path).sync() }

    /// The names in a directory, sorted, without `.` and `..`.
    package static func names(in directory: String) throws(SystemError) -> [String] {
        guard let stream = unsafe opendir(directory) else { throw SystemError("cannot read \(directory)") }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
