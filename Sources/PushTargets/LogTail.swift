import CPlatform
import Glibc
import Synchronization

/// The lines that another program appends to a file of its own, which it may rename, cut or begin anew. What was there at the
/// first look is not among them.
final class LogTail: Sendable {
    struct Trouble: Error, Equatable {
        let reason: String
    }

    let path: String
    private let state = Mutex(State())

    /// What one look takes at most, in bytes. Of more the newest count.
    static let most = 1 << 20

    private struct State {
        var file: CInt = -1
        var offset: off_t = 0
        /// The beginning of a line.
        var begun: [UInt8] = []
        /// Whether what is in the file was written since this began to look.
        var isNew = false
    }

    init(path: String) { self.path = path }

    deinit {
        let file = state.withLock { $0.file }
        if file >= 0 { close(file) }
    }

    /// The whole lines since the last look. May block as long as the file system does.
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
        // The other program may put there what it likes.
        let file = unsafe kt_open_regular(path)
        guard file >= 0 else {
            if file == -2 { throw Trouble(reason: "it is no regular file") }
            if errno == ENOENT { state.isNew = true }
            throw Trouble(reason: unsafe String(cString: strerror(errno)))
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
