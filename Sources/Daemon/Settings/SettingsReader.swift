import Confinement
import Glibc
package import Maintenance
import SocketAPI

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
            for (key, value) in try flatten(file, name) { try set(key, value, in: &settings, "\(name): \(key)") }
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
            let nearest = Settings.keys.keys.min { (distance($0, key), $0) < (distance($1, key), $1) }
            throw StartError(
                .configuration, "\(place) is not a setting", hint: nearest.map { "did you mean \($0)?" })
        }
        do { try apply(&settings, value) } catch { throw StartError(.configuration, "\(place) is not \(error.wanted)") }
        settings.given[key] = value
    }

    /// The file's settings as dotted keys, sorted.
    private static func flatten(_ text: String, _ name: String) throws(StartError) -> [(String, String)] {
        let node: YAMLNode?
        do throws(YAMLError) { node = try YAMLNode(parsing: text) } catch {
            var place = ""
            if let line = error.line, let column = error.column { place = " (line \(line), column \(column))" }
            throw StartError(.configuration, "\(name) \(error.problem)\(place)")
        }
        var found: [(String, String)] = []
        if let node, !node.isNull { try collect(node, "", name, &found) }
        found.sort { $0.0 < $1.0 }
        // Given both nested and dotted.
        for (one, other) in zip(found, found.dropFirst()) where one.0 == other.0 {
            throw StartError(.configuration, "\(name): \(one.0) occurs twice")
        }
        return found
    }

    private static func collect(
        _ node: YAMLNode, _ path: String, _ name: String, _ found: inout [(String, String)]
    ) throws(StartError) {
        switch node {
        case .mapping(let entries):
            for (key, value) in entries { try collect(value, path.isEmpty ? key : "\(path).\(key)", name, &found) }
        case .scalar(let text, _) where !path.isEmpty: found.append((path, text))
        case .list(let items) where path.hasSuffix("command"):
            let words = items.map { if case .scalar(let word, _) = $0 { word } else { "\0" } }
            guard let text = CommandWords.quoting(words) else {
                throw StartError(.configuration, "\(name): \(path) is not a list of words")
            }
            found.append((path, text))
        default:
            throw StartError(
                .configuration,
                path.isEmpty ? "\(name) is not a mapping of settings" : "\(name): \(path) is not a single value")
        }
    }

    /// The Levenshtein distance: the number of letters to change, add or drop.
    private static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let cost = min(row[column] + 1, row[column + 1] + 1, diagonal + (letter == other[column] ? 0 : 1))
                diagonal = row[column + 1]
                row[column + 1] = cost
            }
        }
        return row[other.count]
    }
}

extension YAMLNode {
    /// Whether it is written as no value.
    fileprivate var isNull: Bool {
        if case .scalar(let text, isPlain: true) = self {
            ["", "~", "null", "Null", "NULL"].contains(text)
        } else {
            false
        }
    }
}
