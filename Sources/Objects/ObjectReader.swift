package import Domain
import Terminal
import YAML

/// What is wrong with a file of objects, to be said after its name.
package struct ObjectsError: Error, Equatable {
    /// Counted from 1.
    package let line: Int?
    package let advice: Advice

    init(_ line: Int?, _ detail: String, try hint: String? = nil) {
        (self.line, advice) = (line, Advice(onOneLine(detail), try: hint.map(onOneLine)))
    }
}

/// Reads a mapping of a file member by member. Refuses a key that it does not know, and a value of another kind.
struct ObjectReader {
    /// What it is of, for messages.
    let place: String
    let line: Int
    private let members: [YAMLNode.Entry]

    init(_ node: YAMLNode, _ place: String, keys: [String]) throws(ObjectsError) {
        guard case .mapping(let members) = node.content else {
            throw ObjectsError(node.line, "\(place) is not a mapping of keys to values")
        }
        for member in members where !keys.contains(member.key) {
            let near = nearest(to: member.key, among: keys)
            throw ObjectsError(
                member.line, "\(place) has the unknown key '\(cut(member.key, to: 40))'",
                try: near ?? keys.joined(separator: ", "))
        }
        (self.place, self.line, self.members) = (place, node.line, members)
    }

    private func member(_ key: String) -> YAMLNode? {
        members.first { $0.key == key }.flatMap { $0.value.isNull ? nil : $0.value }
    }

    func line(_ key: String) -> Int { members.first { $0.key == key }?.line ?? line }

    // MARK: Values. An absent one, and null, are nil.

    func text(_ key: String) throws(ObjectsError) -> String? {
        guard let node = member(key) else { return nil }
        guard let text = node.text else { throw wrong(key, "a text") }
        return text
    }

    func required(_ key: String) throws(ObjectsError) -> String {
        guard let text = try text(key) else { throw ObjectsError(line, "\(place) has no \(key)") }
        return text
    }

    func number(_ key: String) throws(ObjectsError) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let number = Int(text), String(number) == text else { throw wrong(key, "a number") }
        return number
    }

    func flag(_ key: String) throws(ObjectsError) -> Bool? {
        switch try text(key) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw wrong(key, "true or false")
        }
    }

    func seconds(_ key: String) throws(ObjectsError) -> Int? {
        guard let text = try text(key) else { return nil }
        do throws(ScheduleError) { return try DurationText(text).seconds } catch {
            throw ObjectsError(line(key), "\(place): \(key): \(error.advice.detail)", try: error.advice.hint)
        }
    }

    func word<Word: RawRepresentable>(
        _ key: String, among words: [Word]
    ) throws(ObjectsError) -> Word? where Word.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let word = words.first(where: { $0.rawValue == text }) else {
            throw wrong(key, words.map(\.rawValue).joined(separator: " or "))
        }
        return word
    }

    /// The members of a mapping whose keys are names of others.
    func entries(_ key: String) throws(ObjectsError) -> [YAMLNode.Entry] {
        guard let node = member(key) else { return [] }
        guard case .mapping(let entries) = node.content else { throw wrong(key, "a mapping") }
        return entries
    }

    func words(_ entry: YAMLNode.Entry) throws(ObjectsError) -> [String] {
        guard case .list(let items) = entry.value.content else {
            throw ObjectsError(entry.line, "\(place): \(cut(entry.key, to: 63)) is not a list")
        }
        return items.map { $0.text ?? "" }
    }

    func reader(_ key: String, keys: [String]) throws(ObjectsError) -> ObjectReader? {
        guard let node = member(key) else { return nil }
        return try ObjectReader(node, "\(key) of \(place)", keys: keys)
    }

    /// The objects of a section, by name.
    /// - Parameter kind: what one is, with its article.
    func objects<Object>(
        _ key: String, _ kind: String, read: (Name, YAMLNode) throws(ObjectsError) -> Object
    ) throws(ObjectsError) -> [Object] {
        var found: [Object] = []
        for entry in try entries(key) {
            guard let name = Name(entry.key) else {
                throw ObjectsError(
                    entry.line, "'\(cut(entry.key, to: 63))' is not a name for \(kind)", try: Name.grammar)
            }
            found.append(try read(name, entry.value))
        }
        return found
    }

    func refuse(_ keys: String..., with login: ConsoleLogin.Kind) throws(ObjectsError) {
        for key in keys where member(key) != nil {
            throw ObjectsError(line(key), "\(place): the login \(login.rawValue) has no \(key)")
        }
    }

    private func wrong(_ key: String, _ what: String) -> ObjectsError {
        ObjectsError(line(key), "\(place): \(key) is not \(what)")
    }
}

extension YAMLNode {
    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }
}
