import System

/// Reads a file of the log line by line, in constant memory.
package struct LineReader: ~Copyable {
    /// The longest line that is accepted, without its line feed. Nothing writes longer ones.
    package static let longestLine = 1 << 18

    private let file: File
    private var buffer: [UInt8] = []
    private var start = 0
    private var hasEnded = false
    /// The position of the next line in the file, in bytes.
    package private(set) var offset = 0

    package init(path: String) throws(AuditError) {
        file = try AuditError.wrapping { () throws(SystemError) in try File(reading: path) }
    }

    package enum Line: Sendable {
        /// Without its line feed.
        case whole(ArraySlice<UInt8>)
        /// The bytes after the last line feed.
        case torn(count: Int)
        /// Bytes in which no line ends, more than any line has: nothing that this program wrote.
        case overlong(count: Int)
        case end
    }

    package mutating func next() throws(AuditError) -> Line {
        while true {
            if let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                offset += end + 1 - start
                start = end + 1
                return .whole(line)
            }
            let rest = buffer.count - start
            if hasEnded { return rest > 0 ? .torn(count: rest) : .end }
            if rest > Self.longestLine { return .overlong(count: rest) }
            try fill()
        }
    }

    /// Continues at the end of the last whole line, in a file that may have grown, or whose torn line was removed.
    package mutating func resume() throws(AuditError) {
        (buffer, start, hasEnded) = ([], 0, false)
        let position = offset
        try AuditError.wrapping { () throws(SystemError) in try file.seek(to: position) }
    }

    private mutating func fill() throws(AuditError) {
        buffer.removeSubrange(..<start)
        start = 0
        let chunk = 1 << 16
        do throws(SystemError) {
            let more = try file.read(most: chunk)
            buffer += more
            hasEnded = more.count < chunk
        } catch {
            throw AuditError(error)
        }
    }
}
