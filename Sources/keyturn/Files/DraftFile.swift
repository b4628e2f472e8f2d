import Domain
import Glibc
import Guide
import SecretMemory
import SocketAPI
import System

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
        guard let directory, let files = try? Files.names(in: directory) else { return [] }
        return files.filter { $0.hasSuffix(".json") }.compactMap { Name(String($0.dropLast(5))) }.sorted()
    }

    /// `nil` when there is no usable draft.
    func read() -> GuideDraft? {
        guard let file = try? File(reading: path), let status = try? file.status(), status.isRegularFile,
            status.st_uid == geteuid(), (1...Self.longest).contains(Int(status.st_size)),
            let content = try? file.read(secret: Int(status.st_size))
        else { return nil }
        return try? GuideDraft(parsing: content)
    }

    /// Replaces the file as a whole.
    /// - Returns: whether it was saved.
    func write(_ draft: GuideDraft) -> Bool {
        Self.makeDirectories(directory)
        let document = draft.render()
        return document.withSpan { span in (try? Files.replace(path, with: span)) != nil }
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
