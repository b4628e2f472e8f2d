import Glibc
import SecretMemory

/// Files in which a recovery key stands: nine groups of four letters and digits. What is read is in memory that is wiped, and
/// leaves it by no way.
enum RecoveryKeyTrace {
    private static let (groups, letters) = (9, 4)
    private static let sizes = 44...4096
    /// As many files as are looked at: nobody knows what else was put there.
    private static let most = 200

    /// Names of files that lie in the directory itself and are not Keyturn's own.
    static func files(in directory: String) -> [String] {
        StateModes.names(in: directory).filter { !StateModes.isOurs($0) }.prefix(most).filter {
            // A name with anything else could not be shown.
            $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } && holdsOne(directory + "/" + $0)
        }
    }

    private static func holdsOne(_ path: String) -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            sizes.contains(Int(status.st_size))
        else { return false }
        let content = SecretBytes(count: Int(status.st_size)) { span in
            _ = unsafe span.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
        }
        return content.withSpan { isIn($0) }
    }

    static func isIn(_ text: RawSpan) -> Bool {
        // How many whole groups stand behind one another, and how many letters of the next.
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
