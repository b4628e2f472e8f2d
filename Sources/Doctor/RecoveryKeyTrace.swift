import Glibc
import SecretMemory
import System

/// Finds files that contain a recovery key: nine groups of four letters and digits. The content is read into memory that
/// is wiped, and goes nowhere else.
enum RecoveryKeyTrace {
    private static let (groups, letters) = (9, 4)
    private static let sizes = 44...4096
    /// The most files to read: the directory may contain anything.
    private static let most = 200

    /// The names of files directly in the directory that are not Keyturn's own.
    static func files(in directory: String) -> [String] {
        StateModes.names(in: directory).filter { !StateModes.isOurs($0) }.prefix(most).filter {
            // Other names could not be shown.
            $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } && holdsOne(directory + "/" + $0)
        }
    }

    private static func holdsOne(_ path: String) -> Bool {
        do throws(SystemError) {
            let file = try File(reading: path)
            let status = try file.status()
            guard status.isRegularFile, sizes.contains(Int(status.st_size)) else { return false }
            return try file.read(secret: Int(status.st_size)).withSpan { isIn($0) }
        } catch {
            return false
        }
    }

    static func isIn(_ text: RawSpan) -> Bool {
        // The number of consecutive whole groups, and of letters in the next one.
        var (whole, part) = (0, 0)
        for index in 0..<text.byteCount {
            switch text[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                part += 1
            case UInt8(ascii: "-"): (whole, part) = part == letters && whole < groups - 1 ? (whole + 1, 0) : (0, 0)
            default:
                if whole == groups - 1, part == letters { return true }
                (whole, part) = (0, 0)
            }
        }
        return whole == groups - 1 && part == letters
    }
}
