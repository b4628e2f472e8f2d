import Glibc
import Vault

/// The first bytes of a SQLite file (its file format, §1.3). They are checked before SQLite opens the file: opening
/// changes it, and a foreign file must stay unchanged.
enum FileHeader {
    private static let length = 100
    private static let magic = Array("SQLite format 3\0".utf8)
    private static let applicationID = 68..<72

    static func check(_ path: String) throws(StoreError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
        guard descriptor >= 0 else { throw StoreError(systemCall: "cannot open \(path)", errno) }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: length)
        guard unsafe pread(descriptor, &header, length, 0) == length else {
            throw StoreError(
                .notAVault,
                "\(path) is too short to be a vault of Keyturn: it was truncated, or is another kind of file")
        }
        let id = header[applicationID].reduce(0) { $0 << 8 | Int($1) }
        guard header.starts(with: magic), id == Schema.applicationID else {
            throw StoreError(
                .notAVault, "\(path) is not a vault of Keyturn: its beginning is damaged, or it is another kind of file"
            )
        }
    }
}
