import Glibc
package import Maintenance
import SocketAPI

extension Settings {
    /// Reads all settings from where they are set.
    package typealias Reader = @Sendable () throws(StartError) -> Settings
}

/// The configuration file, which may be missing unless it was named explicitly.
package enum SettingsFile {
    private static let largest = 256 * 1024

    package static func read(_ path: String, required: Bool) throws(StartError) -> Settings {
        try SettingsReader.read(file: try text(path, required: required), named: path, environment: environment())
    }

    private static func text(_ path: String, required: Bool) throws(StartError) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else {
            if errno == ENOENT, !required { return nil }
            throw StartError(.configuration, "cannot read \(path): \(words(for: errno))")
        }
        defer { close(descriptor) }
        // It decides which commands run, and which servers are trusted.
        try StartError.check("the configuration file", path)
        var bytes = [UInt8](repeating: 0, count: largest + 1)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes[count...].withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            guard got >= 0 else { throw StartError(.configuration, "cannot read \(path): \(words(for: errno))") }
            if got == 0 { break }
            count += got
        }
        guard count <= largest, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw StartError(.configuration, "\(path) is not a text of at most \(largest / 1024) KiB")
        }
        return text
    }

    private static func environment() -> [String: String] {
        var found: [String: String] = [:]
        for key in Settings.keys.keys {
            let name = SettingsReader.variable(for: key)
            if let value = unsafe getenv(name) { found[name] = unsafe String(cString: value) }
        }
        return found
    }
}
