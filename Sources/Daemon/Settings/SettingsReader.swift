import Glibc
import SocketAPI
import Yams

/// Reads settings: environment over file over default. What nobody knows is refused by name, since a misspelt setting
/// that does nothing is found on the day on which it was needed.
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
                .configuration, "\(place) is no setting", hint: nearest.map { "did you mean \($0)?" })
        }
        do { try apply(&settings, value) } catch { throw StartError(.configuration, "\(place) is not \(error.wanted)") }
        settings.given[key] = value
    }

    /// The file's settings as dotted keys, in the order of the keys.
    private static func flatten(_ text: String, _ name: String) throws(StartError) -> [(String, String)] {
        let node: Node?
        do { node = try Yams.compose(yaml: text) } catch {
            throw StartError(.configuration, "\(name) is not valid YAML\(Self.place(of: error))")
        }
        guard let node, node.null == nil else { return [] }
        var found: [(String, String)] = []
        try collect(node, "", name, &found)
        return found.sorted { $0.0 < $1.0 }
    }

    /// Where and what, without the excerpt of the file that the library's own words have.
    private static func place(of error: any Error) -> String {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ": \(problem) (line \(mark.line), column \(mark.column))"
        case .reader(let problem, _, _, _): ": \(problem)"
        case .duplicatedKeysInMapping(let keys, _): ": a key stands there twice: \(keys.joined(separator: ", "))"
        default: ""
        }
    }

    private static func collect(
        _ node: Node, _ path: String, _ name: String, _ found: inout [(String, String)]
    ) throws(StartError) {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                guard let key = key.string else { throw StartError(.configuration, "\(name): a key is not a word") }
                try collect(value, path.isEmpty ? key : "\(path).\(key)", name, &found)
            }
        case .scalar(let scalar) where !path.isEmpty: found.append((path, scalar.string))
        case .sequence(let list) where path.hasSuffix("command"):
            guard let text = CommandWords.quoting(list.map { $0.scalar?.string ?? "\0" }) else {
                throw StartError(.configuration, "\(name): \(path) is not a list of words")
            }
            found.append((path, text))
        default:
            throw StartError(
                .configuration,
                path.isEmpty ? "\(name) is not a mapping of settings" : "\(name): \(path) is not a single value")
        }
    }

    /// Levenshtein's distance: how many letters to change, add or drop.
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
