/// What operators call an app by, so that they find it and others like it: `team=identity`.
package struct Labels: Equatable, Sendable {
    /// Enough for every way to sort apps, and few enough to be read.
    package static let most = 32

    /// In the order of their keys.
    package private(set) var all: [Label]

    package init() { all = [] }

    /// `nil` when a key occurs twice, or there are too many.
    package init?(_ labels: [Label]) {
        guard labels.count <= Self.most, Set(labels.map(\.key)).count == labels.count else { return nil }
        all = labels.sorted { $0.key < $1.key }
    }

    package var isEmpty: Bool { all.isEmpty }

    package subscript(_ key: Name) -> String? { all.first { $0.key == key }?.value }

    /// `nil` when there would be too many.
    /// - Parameters:
    ///   - added: these replace labels with the same keys.
    ///   - removed: keys; one that is not there is ignored.
    package func changed(adding added: Labels, removing removed: [Name]) -> Labels? {
        Labels(all.filter { added[$0.key] == nil && !removed.contains($0.key) } + added.all)
    }
}

/// One label. The grammar has no character that a shell, an address or a log line would read as its own.
package struct Label: Equatable, Sendable, CustomStringConvertible {
    package static let grammar =
        "KEY=VALUE; a key is \(Name.grammar); a value is at most 63 letters, digits, '.', '_' and '-', "
        + "begins and ends with a letter or a digit, and may be empty"

    package let key: Name
    package let value: String

    /// `nil` when the value does not fit the grammar.
    package init?(_ key: Name, _ value: String) {
        let bytes = value.utf8
        guard bytes.count <= 63, bytes.allSatisfy({ Self.isLetterOrDigit($0) || "._-".utf8.contains($0) }),
            bytes.first.map(Self.isLetterOrDigit) ?? true, bytes.last.map(Self.isLetterOrDigit) ?? true
        else { return nil }
        (self.key, self.value) = (key, value)
    }

    /// `nil` unless the text is `KEY=VALUE`.
    package init?(_ text: String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let key = Name(parts[0]) else { return nil }
        self.init(key, String(parts[1]))
    }

    package var description: String { "\(key)=\(value)" }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// A condition on labels: that there is one with this key, and this value if one is given.
package struct LabelCondition: Equatable, Sendable, CustomStringConvertible {
    package static let grammar = "KEY or \(Label.grammar)"

    package let key: Name
    package let value: String?

    /// `nil` unless the text is `KEY` or `KEY=VALUE`.
    package init?(_ text: String) {
        if let key = Name(text) {
            (self.key, value) = (key, nil)
        } else if let label = Label(text) {
            (key, value) = (label.key, label.value)
        } else {
            return nil
        }
    }

    package var description: String { value.map { "\(key)=\($0)" } ?? key.description }

    package func matches(_ labels: Labels) -> Bool {
        guard let found = labels[key] else { return false }
        return value.map { $0 == found } ?? true
    }
}
