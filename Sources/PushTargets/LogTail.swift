import CPlatform
import Glibc
import Synchronization
import System

/// Reads the lines that another program appends to its log, which may be renamed, truncated or replaced. Lines from
/// before the first read are skipped.
final class LogTail: Sendable {
    struct Trouble: Error, Equatable {
        let reason: String
    }

    let path: String
    private let state = Mutex(State())

    /// The most bytes of one read. If there are more, the newest count.
    static let most = 1 << 20

    private struct State {
        var file: CInt = -1
        var offset: off_t = 0
        /// An incomplete line.
        var begun: [UInt8] = []
        /// Whether the file was created after the first read.
        var isNew = false
    }

    init(path: String) { self.path = path }

    deinit {
        let file = state.withLock { $0.file }
        if file >= 0 { close(file) }
    }

    /// Returns the complete lines since the last read. May block as long as the file system does.
    func lines(longest: Int) throws(Trouble) -> [String] {
        try state.withLock { state throws(Trouble) in
            if state.file < 0 { try open(&state) }
            var bytes = read(&state)
            if isAnother(than: state.file) {
                close(state.file)
                (state.file, state.offset, state.isNew) = (-1, 0, true)
                try open(&state)
                bytes += read(&state)
            }
            return split(bytes, &state, longest)
        }
    }

    private func open(_ state: inout State) throws(Trouble) {
        // The other program may have put anything there.
        let file = unsafe kt_open_regular(path)
        guard file >= 0 else {
            if file == -2 { throw Trouble(reason: "it is not a regular file") }
            if errno == ENOENT { state.isNew = true }
            throw Trouble(reason: SystemError.words(for: errno))
        }
        var found = stat()
        unsafe fstat(file, &found)
        (state.file, state.offset, state.begun) = (file, state.isNew ? 0 : found.st_size, [])
    }

    private func read(_ state: inout State) -> [UInt8] {
        var found = stat()
        guard unsafe fstat(state.file, &found) == 0 else { return [] }
        if found.st_size < state.offset { (state.offset, state.begun) = (0, []) }
        if found.st_size - state.offset > Self.most {
            (state.offset, state.begun) = (found.st_size - off_t(Self.most), [])
        }
        let wanted = Int(found.st_size - state.offset)
        let file = state.file
        let offset = state.offset
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            count = max(unsafe pread(file, buffer.baseAddress, wanted, offset), 0)
        }
        state.offset += off_t(bytes.count)
        return bytes
    }

    private func isAnother(than file: CInt) -> Bool {
        var (ours, named) = (stat(), stat())
        guard unsafe fstat(file, &ours) == 0, unsafe stat(path, &named) == 0 else { return false }
        return (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino)
    }

    private func split(_ bytes: [UInt8], _ state: inout State, _ longest: Int) -> [String] {
        let parts = (state.begun + bytes).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        state.begun = Array(parts.last?.prefix(longest) ?? [])
        return parts.dropLast().map { String(decoding: $0.prefix(longest), as: UTF8.self) }
    }
}
