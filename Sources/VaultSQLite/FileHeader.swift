import System
import Vault

/// The first bytes of a SQLite file (its file format, §1.3). They are checked before SQLite opens the file: opening
/// changes it, and a foreign file must stay unchanged.
enum FileHeader {
    private static let length = 100
    private static let magic = Array("SQLite format 3\0".utf8)
    private static let applicationID = 68..<72

    static func check(_ path: String) throws(StoreError) {
        // The name of a backup comes from an operator, and may be a link.
        let header = try StoreError.wrapping { () throws(SystemError) in
            try File(reading: path, followsLinks: true).read(most: length)
        }
        guard header.count == length else {
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
