import Glibc

/// Standard streams without buffers of their own.
enum Streams {
    /// Ignores errors: there is no place to report them.
    static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads and discards input until the other end closes. Blocks its thread.
    static func drain(_ descriptor: Int32) {
        while !read(descriptor).isEmpty {}
    }

    /// The content of a file or a pipe; nil if it cannot be read or is longer than `limit` bytes.
    static func contents(of path: String, limit: Int = 64 * 1024) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var contents: [UInt8] = []
        while contents.count <= limit {
            let part = read(descriptor)
            if part.isEmpty { return contents }
            contents += part
        }
        return nil
    }

    /// The next bytes; empty at the end and after an error.
    private static func read(_ descriptor: Int32) -> ArraySlice<UInt8> {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            return buffer.prefix(max(count, 0))
        }
    }
}
