import Glibc
package import Maintenance
import SocketAPI
import System

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
        let file: File
        do throws(SystemError) {
            file = try File(reading: path, followsLinks: true)
        } catch {
            if error.code == ENOENT, !required { return nil }
            throw StartError(.configuration, error.description)
        }
        // It decides which commands run, and which servers are trusted. Checked before a byte of it is read.
        try StartError.check("the configuration file", path)
        let (bytes, isFile): ([UInt8], Bool)
        do throws(SystemError) {
            isFile = try file.status().isRegularFile
            bytes = isFile ? try file.read(most: largest + 1) : []
        } catch {
            throw StartError(.configuration, error.description)
        }
        // A pipe without a writer looks empty: all settings would be defaults.
        guard isFile else { throw StartError(.configuration, "\(path) is not a regular file") }
        guard bytes.count <= largest, let text = String(validating: bytes, as: UTF8.self) else {
            throw StartError(.configuration, "\(path) is not a text of at most \(largest / 1024) KiB")
        }
        return text
    }

    private static func environment() -> [String: String] {
        var found: [String: String] = [:]
        for key in Settings.names {
            let name = SettingsReader.variable(for: key)
            if let value = unsafe getenv(name) { found[name] = unsafe String(cString: value) }
        }
        return found
    }
}
