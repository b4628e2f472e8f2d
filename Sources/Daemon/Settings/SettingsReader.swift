import Confinement
import Domain
import Glibc
package import Maintenance
import SocketAPI
import YAML

/// Reads settings: the environment takes precedence over the file, the file over defaults. Unknown settings are refused
/// by name, since a misspelt one would go unnoticed until it is needed.
package enum SettingsReader {
    /// - Parameters:
    ///   - file: the configuration's text; `nil` when there is none.
    ///   - name: the file's path, for messages.
    ///   - environment: all variables of the process.
    package static func read(
        file: String?, named name: String, environment: [String: String]
    ) throws(StartError) -> Settings {
        var settings = Settings()
        if let file {
            for found in try flatten(file, name) {
                try set(found.key, found.value, in: &settings, "\(name), line \(found.line): \(found.key)")
            }
        }
        for key in Settings.keys.keys.sorted() {
            let variable = variable(for: key)
            if let value = environment[variable], !value.isEmpty { try set(key, value, in: &settings, variable) }
        }
        return settings
    }

    /// `unlock.key_file` is `KEYTURN_UNLOCK_KEY_FILE`.
    static func variable(for key: String) -> String { "KEYTURN_" + key.uppercased().replacing(".", with: "_") }

    private static func set(
        _ key: String, _ value: String, in settings: inout Settings, _ place: String
    ) throws(StartError) {
        guard let apply = Settings.keys[key] else {
            throw StartError(
                .configuration, "\(place) is not a setting",
                hint: nearest(to: key, among: Settings.keys.keys).map { "did you mean \($0)?" })
        }
        do { try apply(&settings, value) } catch { throw StartError(.configuration, "\(place) is not \(error.wanted)") }
        settings.given[key] = value
    }

    private struct Found {
        let key: String
        let value: String
        let line: Int
    }

    /// The file's settings as dotted keys, sorted.
    private static func flatten(_ text: String, _ name: String) throws(StartError) -> [Found] {
        let node: YAMLNode?
        do throws(YAMLError) { node = try YAMLNode(parsing: text) } catch {
            var place = ""
            if let line = error.line, let column = error.column { place = " (line \(line), column \(column))" }
            throw StartError(.configuration, "\(name) \(error.problem)\(place)")
        }
        var found: [Found] = []
        if let node, !node.isNull { try collect(node, "", line: 1, name, &found) }
        found.sort { ($0.key, $0.line) < ($1.key, $1.line) }
        // Given both nested and dotted.
        for (one, other) in zip(found, found.dropFirst()) where one.key == other.key {
            throw StartError(.configuration, "\(name), line \(other.line): \(other.key) occurs twice")
        }
        return found
    }

    private static func collect(
        _ node: YAMLNode, _ path: String, line: Int, _ name: String, _ found: inout [Found]
    ) throws(StartError) {
        switch node.content {
        case .mapping(let entries):
            for entry in entries {
                let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                try collect(entry.value, key, line: entry.line, name, &found)
            }
        case .scalar(let text, _) where !path.isEmpty: found.append(Found(key: path, value: text, line: line))
        case .list(let items) where path.hasSuffix("command"):
            let words = items.map { if case .scalar(let word, _) = $0.content { word } else { "\0" } }
            guard let text = CommandWords.quoting(words) else {
                throw StartError(.configuration, "\(name), line \(line): \(path) is not a list of words")
            }
            found.append(Found(key: path, value: text, line: line))
        default:
            throw StartError(
                .configuration,
                path.isEmpty
                    ? "\(name) is not a mapping of settings" : "\(name), line \(line): \(path) is not a single value")
        }
    }
}
