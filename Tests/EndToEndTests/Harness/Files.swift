import Foundation

/// What a path leads to.
enum Files {
    /// Permissions as they are written: `0o600`.
    static func mode(_ path: String) -> mode_t? { look(path).map { $0.st_mode & 0o7777 } }

    static func isSocket(_ path: String) -> Bool { look(path).map { $0.st_mode & S_IFMT == S_IFSOCK } ?? false }

    static func exists(_ path: String) -> Bool { look(path) != nil }

    static func inode(_ path: String) -> ino_t? { look(path)?.st_ino }

    static func set(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    static func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

    /// The names in a directory, sorted.
    static func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    /// Everything below a directory, by its path: who may read it, and what is in it.
    static func picture(_ path: String) throws -> [String: Data] {
        var picture: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
            let isFile = look(path + "/" + name).map { $0.st_mode & S_IFMT == S_IFREG } ?? false
            picture["\(name) \(mode(path + "/" + name) ?? 0)"] = isFile ? try bytes(path + "/" + name) : Data()
        }
        return picture
    }

    static func look(_ path: String) -> stat? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? status : nil
    }
}
