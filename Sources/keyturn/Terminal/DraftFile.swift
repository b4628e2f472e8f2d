import Domain
import Glibc
import Guide
import SecretMemory
import SocketAPI

/// The file with the progress of adding an app. Only its owner can read it, and it contains no secret.
struct DraftFile {
    private static let longest = 64 << 10

    private let directory: String
    private let path: String

    /// `nil` when the user has no home directory.
    init?(_ name: Name) {
        guard let directory = Self.directory else { return nil }
        self.directory = directory
        path = "\(directory)/\(name).json"
    }

    private static var directory: String? {
        if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") { return state + "/keyturn-drafts" }
        return environment("HOME").map { $0 + "/.local/state/keyturn-drafts" }
    }

    /// The apps that have a draft.
    static var names: [Name] {
        guard let directory, let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [Name] = []
        while let entry = unsafe readdir(stream) {
            let file = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if file.hasSuffix(".json"), let name = Name(String(file.dropLast(5))) { names.append(name) }
        }
        return names.sorted()
    }

    /// `nil` when there is no usable draft.
    func read() -> GuideDraft? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
            (1...Self.longest).contains(Int(status.st_size))
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        let count = bytes.count
        guard unsafe bytes.withUnsafeMutableBytes({ unsafe Glibc.read(descriptor, $0.baseAddress, count) }) == count
        else { return nil }
        return try? GuideDraft(parsing: SecretBytes(copying: String(decoding: bytes, as: UTF8.self)))
    }

    /// Replaces the file as a whole.
    /// - Returns: whether it was saved.
    func write(_ draft: GuideDraft) -> Bool {
        Self.makeDirectories(directory)
        let new = path + ".new"
        unsafe unlink(new)
        let descriptor = unsafe open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        let document = draft.render()
        let count = document.count
        let written = document.withSpan { span in
            unsafe span.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, count) }
        }
        close(descriptor)
        guard written == count, unsafe rename(new, path) == 0 else {
            unsafe unlink(new)
            return false
        }
        return true
    }

    func remove() { unsafe unlink(path) }

    private static func makeDirectories(_ path: String) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            _ = unsafe mkdir(made, 0o700)
        }
    }
}

/// A variable of the environment; `nil` when it is empty.
func environment(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
}
