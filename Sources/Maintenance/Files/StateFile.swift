import Glibc
package import SecretMemory
import SocketAPI

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
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StartError(systemCall: "cannot read \(path)", errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (0...largest).contains(Int(status.st_size))
        else { throw StartError(.badData, "\(path) is not a file of \(what)") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes[count...].withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            guard got > 0 else { throw StartError(.inputOutput, "\(path) cannot be read to its end") }
            count += got
        }
        return SecretBytes(copying: unsafe bytes.span.bytes)
    }

    /// Replaces the file as a whole. Blocks.
    package func write(_ content: borrowing SecretBytes) throws(StartError) {
        let draft = path + ".new"
        // Left by a process that was killed meanwhile.
        unsafe unlink(draft)
        try KeyFile.write(content, to: draft, mode: 0o600)
        guard unsafe rename(draft, path) == 0 else { throw StartError(systemCall: "cannot write \(path)", errno) }
    }
}
