import Glibc
import System
import Vault

/// The files of the spool.
enum SlotFile {
    /// The most bytes to read from a file: more than the largest answer of Zoom that is accepted, sealed.
    private static let longest = 1 << 20

    static func create(_ path: String, _ bytes: [UInt8]) throws(StoreError) {
        try StoreError.wrapping { () throws(SystemError) in
            let file = try File(creating: path)
            try file.write(unsafe bytes.span.bytes)
            try file.sync()
        }
    }

    /// Overwrites a file from its beginning, and syncs it. Its blocks stay its own: this succeeds on a full disk.
    static func overwrite(_ path: String, _ bytes: [UInt8]) throws(StoreError) {
        try StoreError.wrapping { () throws(SystemError) in
            let file = try File(overwriting: path)
            try file.write(unsafe bytes.span.bytes)
            try file.sync()
        }
    }

    /// `nil` when there is no such file.
    static func content(_ path: String) throws(StoreError) -> [UInt8]? {
        do throws(SystemError) {
            let file = try File(reading: path)
            let status = try file.status()
            if status.isRegularFile { return try file.read(most: min(Int(status.st_size), longest)) }
        } catch {
            if error.code == ENOENT { return nil }
            throw StoreError(error)
        }
        throw StoreError(.notPermitted, "\(path) is not a file")
    }
}
