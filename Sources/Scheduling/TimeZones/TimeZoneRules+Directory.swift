package import Domain
import Glibc
import System

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
        let reason: String
        do throws(SystemError) {
            // A zone may be a link to another.
            let file = try File(reading: path, followsLinks: true)
            let isFile = try file.status().isRegularFile
            // One byte more than allowed, to detect a file that is too long.
            let bytes = isFile ? try file.read(most: longestFile + 1) : []
            if isFile, bytes.count <= longestFile { return bytes }
            reason = isFile ? "it has more than \(longestFile) bytes" : "it is not a file"
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw unreadable(error.words) }
            throw ScheduleError(
                .zoneUnknown, "there is no time zone \(identifier) (no file \(path))",
                hint: "give its IANA name, like Europe/Berlin, and check that the tzdata package is installed")
        }
        throw unreadable(reason)
    }
}
