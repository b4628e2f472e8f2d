import Glibc
package import SecretMemory
import SocketAPI
import System

/// A small file of the state directory that is replaced as a whole.
package struct StateFile: Sendable {
    let path: String
    /// In bytes.
    let largest: Int
    /// The kind of file, for messages.
    let what: String

    package init(path: String, largest: Int, what: String) {
        (self.path, self.largest, self.what) = (path, largest, what)
    }

    /// `nil` when there is none.
    package func read() throws(StartError) -> SecretBytes? {
        do throws(SystemError) {
            let file = try File(reading: path)
            let status = try file.status()
            if status.isRegularFile, (0...largest).contains(Int(status.st_size)) {
                return try file.read(secret: Int(status.st_size))
            }
        } catch {
            if error.code == ENOENT { return nil }
            throw StartError(error)
        }
        throw StartError(.badData, "\(path) is not a file of \(what)")
    }

    /// Replaces the file as a whole. Blocks.
    package func write(_ content: borrowing SecretBytes) throws(StartError) {
        try StartError.wrapping { () throws(SystemError) in
            try content.withSpan { span throws(SystemError) in try Files.replace(path, with: span) }
        }
    }
}
