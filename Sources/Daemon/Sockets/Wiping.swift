import Glibc
import NIOCore

extension ByteBuffer {
    /// Overwrites the bytes, or the first of them, in place: also in memory that NIO still holds.
    ///
    /// To be called only when nobody will read them any more: a request behind its parsing, an answer behind its
    /// write. The usual way to write into a buffer would make a copy when NIO keeps the memory for its next read,
    /// wipe the copy, and leave the original.
    func wipe(first count: Int? = nil) {
        unsafe withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            unsafe explicit_bzero(UnsafeMutableRawPointer(mutating: base), min(count ?? bytes.count, bytes.count))
        }
    }
}
