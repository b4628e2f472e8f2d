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
        if let file, let node = try parse(file, name) {
            for found in try flatten(node, name) { try set(found, in: &settings, "\(name), line") }
        }
        for key in Settings.names {
            let variable = variable(for: key)
            guard let value = environment[variable], !value.isEmpty else { continue }
            if Settings.structures[key] == nil {
                try set(key, value, in: &settings, variable)
            } else if let node = try parse(value, variable) {
                try set(Found(key: key, value: .node(node), line: node.line), in: &settings, "\(variable), line")
            }
        }
        return settings
    }

    private static func parse(_ text: String, _ name: String) throws(StartError) -> YAMLNode? {
        do throws(YAMLError) {
            let node = try YAMLNode(parsing: text)
            return node?.isNull == true ? nil : node
        } catch {
            var place = ""
            if let line = error.line, let column = error.column { place = " (line \(line), column \(column))" }
            throw StartError(.configuration, "\(name) \(error.problem)\(place)")
        }
    }

    /// `unlock.key_file` is `KEYTURN_UNLOCK_KEY_FILE`.
    static func variable(for key: String) -> String { "KEYTURN_" + key.uppercased().replacing(".", with: "_") }

    private static func set(_ found: Found, in settings: inout Settings, _ place: String) throws(StartError) {
        switch found.value {
        case .text(let text): try set(found.key, text, in: &settings, "\(place) \(found.line): \(found.key)")
        case .node(let node):
            do { try Settings.structures[found.key]?(&settings, node) } catch {
                let path = error.path.isEmpty ? found.key : "\(found.key).\(error.path)"
                throw StartError(.configuration, "\(place) \(error.line): \(path) \(error.problem)", hint: error.hint)
            }
            settings.given[found.key] = node.canonical
        }
    }

    private static func set(
        _ key: String, _ value: String, in settings: inout Settings, _ place: String
    ) throws(StartError) {
        guard let apply = Settings.keys[key] else {
            throw StartError(
                .configuration, "\(place) is not a setting",
                hint: nearest(to: key, among: Settings.names).map { "did you mean \($0)?" })
        }
        do { try apply(&settings, value) } catch { throw StartError(.configuration, "\(place) is not \(error.wanted)") }
        settings.given[key] = value
    }

    private struct Found {
        let key: String
        let value: Value
        let line: Int

        enum Value {
            case text(String)
            case node(YAMLNode)
        }
    }

    /// The file's settings as dotted keys, sorted.
    private static func flatten(_ node: YAMLNode, _ name: String) throws(StartError) -> [Found] {
        var found: [Found] = []
        try collect(node, "", line: 1, name, &found)
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
        if Settings.structures[path] != nil {
            return found.append(Found(key: path, value: .node(node), line: line))
        }
        switch node.content {
        case .mapping(let entries):
            for entry in entries {
                let key = path.isEmpty ? entry.key : "\(path).\(entry.key)"
                try collect(entry.value, key, line: entry.line, name, &found)
            }
        case .scalar(let text, _) where !path.isEmpty:
            found.append(Found(key: path, value: .text(text), line: line))
        case .list where path.hasSuffix("command"):
            guard let text = node.commandText else {
                throw StartError(.configuration, "\(name), line \(line): \(path) is not a list of words")
            }
            found.append(Found(key: path, value: .text(text), line: line))
        default:
            throw StartError(
                .configuration,
                path.isEmpty
                    ? "\(name) is not a mapping of settings" : "\(name), line \(line): \(path) is not a single value")
        }
    }
}

extension YAMLNode {
    /// A command: one text, or a list of words, which is quoted; `nil` if it is neither.
    var commandText: String? {
        switch content {
        case .scalar(let text, _): text
        case .list(let items):
            CommandWords.quoting(items.map { if case .scalar(let word, _) = $0.content { word } else { "\0" } })
        case .mapping: nil
        }
    }
}
