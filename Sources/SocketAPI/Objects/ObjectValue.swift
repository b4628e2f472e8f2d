import Domain

/// A value of an object as people write it, for a file and for the list of what would change.
package indirect enum ObjectValue: Equatable, Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([String])
    case members([ObjectMember])

    /// Every value on one line each, with the path to it: `rotation.every`.
    package func flattened(_ path: String = "") -> [(path: String, text: String)] {
        switch self {
        case .text(let text): [(path, text)]
        case .number(let number): [(path, String(number))]
        case .flag(let flag): [(path, flag ? "true" : "false")]
        case .list(let words): [(path, words.joined(separator: ","))]
        case .members(let members):
            members.flatMap { $0.value.flattened(path.isEmpty ? $0.name : "\(path).\($0.name)") }
        }
    }

    /// What differs, in the order of the paths, one text each.
    /// - Parameter defaults: the values of paths that are not written.
    static func changes(
        from old: ObjectValue, to new: ObjectValue, defaults: [String: String] = [:]
    ) -> [String] {
        let (old, new) = (old.flattened(), new.flattened())
        let paths = Set((old + new).map(\.path)).sorted()
        return paths.compactMap { path in
            ValueChange(
                path, old.first { $0.path == path }?.text ?? defaults[path],
                new.first { $0.path == path }?.text ?? defaults[path])
        }.map(\.description)
    }
}

package struct ObjectMember: Equatable, Sendable {
    package let name: String
    package let value: ObjectValue

    /// `nil` for a member without a value, which is not written.
    package init?(_ name: String, _ value: ObjectValue?) {
        guard let value else { return nil }
        (self.name, self.value) = (name, value)
    }
}

extension ObjectValue {
    package init?(_ text: String?) {
        guard let text else { return nil }
        self = .text(text)
    }

    package init?(_ number: Int?) {
        guard let number else { return nil }
        self = .number(number)
    }

    /// `nil` for the usual answer, no.
    package init?(ifTrue flag: Bool) {
        guard flag else { return nil }
        self = .flag(true)
    }

    /// As `30d`.
    package init?(seconds: Int?) {
        guard let seconds else { return nil }
        self = .text(DurationText(seconds: seconds)?.description ?? "\(seconds)s")
    }

    package init(of members: ObjectMember?...) { self = .members(members.compactMap(\.self)) }

    /// `nil` for none.
    package var ifNotEmpty: ObjectValue? { self == .members([]) ? nil : self }
}
