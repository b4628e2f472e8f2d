package import Domain
import Glibc

extension TimeZoneRules {
    /// The system's time zone directory, unless TZDIR names another.
    package static let systemDirectory = "/usr/share/zoneinfo"
    /// In bytes. The longest real file has 4,000.
    static let longestFile = 65_536

    /// Reads a zone by its IANA name, byte for byte: `Europe/Berlin`. `UTC` is known without a file.
    ///
    /// A name has 1 to 64 characters of `A-Z`, `a-z`, `0-9`, `_`, `+`, `-`, in parts joined by `/`. No name can leave
    /// the directory.
    /// - Parameter directory: the value of TZDIR, if it is set.
    /// - Throws: ``ScheduleError`` `.zoneName`, `.zoneUnknown` or `.zoneFile`.
    package init(named identifier: String, directory: String = systemDirectory) throws(ScheduleError) {
        guard Self.isName(identifier) else {
            throw ScheduleError(
                .zoneName, "\(ScheduleError.quoted(identifier.utf8)) is not a time zone",
                hint: "give its IANA name, like Europe/Berlin or UTC")
        }
        guard identifier != "UTC" else {
            self = .utc
            return
        }
        try self.init(identifier: identifier, file: try Self.contents(of: "\(directory)/\(identifier)", identifier))
    }

    private static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty
                    && part.allSatisfy { byte in
                        switch Unicode.Scalar(byte) {
                        case "a"..."z", "A"..."Z", "0"..."9", "_", "+", "-": true
                        default: false
                        }
                    }
            }
    }

    private static func contents(of path: String, _ identifier: String) throws(ScheduleError) -> [UInt8] {
        func unreadable(_ reason: String) -> ScheduleError {
            ScheduleError(
                .zoneFile, "cannot read time zone \(identifier) from \(path): \(reason)",
                hint: "check the tzdata package, and TZDIR if it is set")
        }
        func system(_ reason: CInt) -> ScheduleError {
            guard reason == ENOENT || reason == ENOTDIR else {
                return unreadable(unsafe String(cString: strerror(reason)))
            }
            return ScheduleError(
                .zoneUnknown, "there is no time zone \(identifier) (no file \(path))",
                hint: "give its IANA name, like Europe/Berlin, and check that the tzdata package is installed")
        }
        // Without O_NONBLOCK, a pipe of that name would block until it has a writer.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw system(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw system(errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw unreadable("it is not a file") }
        // One byte more than allowed, to detect a file that is too long.
        var bytes = [UInt8](repeating: 0, count: longestFile + 1)
        var count = 0
        while count < bytes.count {
            let part = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
                return unsafe read(descriptor, rest.baseAddress, rest.count)
            }
            guard part >= 0 || errno == EINTR else { throw system(errno) }
            guard part != 0 else { break }
            count += max(part, 0)
        }
        guard count <= longestFile else { throw unreadable("it has more than \(longestFile) bytes") }
        return Array(bytes.prefix(count))
    }
}
