import Foundation

/// A JSON document, looked at member by member. What is not there is null.
struct JSON: CustomStringConvertible {
    private let value: Any

    init(_ text: some DataProtocol) throws {
        value = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
    }

    private init(value: Any) { self.value = value }

    subscript(_ member: String) -> JSON { JSON(value: (value as? [String: Any])?[member] ?? NSNull()) }

    var members: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
    var elements: [JSON] { (value as? [Any] ?? []).map(JSON.init(value:)) }
    var string: String? { value as? String }
    var int: Int? { kind == .number ? value as? Int : nil }
    var bool: Bool? { kind == .bool ? value as? Bool : nil }
    var isNull: Bool { kind == .null }
    var description: String { "\(value)" }

    enum Kind { case null, bool, number, string, array, object, time }

    var kind: Kind {
        switch value {
        case is NSNull: .null
        case let text as String: JSON.isTime(text) ? .time : .string
        case let number as NSNumber: unsafe String(cString: number.objCType) == "c" ? .bool : .number
        case is [Any]: .array
        default: .object
        }
    }

    /// The kinds of all members.
    var shape: [String: Kind] {
        Dictionary(uniqueKeysWithValues: members.map { ($0, self[$0].kind) })
    }

    /// RFC 3339 in UTC, to the second.
    static func isTime(_ text: String) -> Bool {
        text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil
    }
}
