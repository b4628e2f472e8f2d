import FoundationEssentials

/// Why a control request was refused.
package struct ControlError: Error, Equatable, CustomStringConvertible {
    package var status: Int
    package var description: String

    static func badRequest(_ text: String) -> Self { Self(status: 400, description: text) }
    static func notFound(_ text: String) -> Self { Self(status: 404, description: text) }
    static func conflict(_ text: String) -> Self { Self(status: 409, description: text) }
}

/// The JSON document of a control request. An unknown key is refused by name, so that a misspelt switch cannot be
/// mistaken for a set one.
package protocol ControlBody: Decodable {
    associatedtype CodingKeys: CodingKey, CaseIterable
}

extension ControlBody {
    /// Reads a document; an empty body counts as `{}`. `userInfo` is for types that start from other values.
    package static func read(
        _ bytes: some Collection<UInt8>, userInfo: [CodingUserInfoKey: any Sendable] = [:]
    ) throws(ControlError) -> Self {
        let decoder = JSONDecoder()
        decoder.userInfo = userInfo
        let document = bytes.isEmpty ? Data("{}".utf8) : Data(bytes)
        do {
            _ = try decoder.decode(KeyCheck<CodingKeys>.self, from: document)
            return try decoder.decode(Self.self, from: document)
        } catch let error as ControlError {
            throw error
        } catch let error as DecodingError {
            throw .badRequest(Self.text(for: error))
        } catch {
            throw .badRequest("the body cannot be read")
        }
    }

    private static func text(for error: DecodingError) -> String {
        func name(_ path: [any CodingKey]) -> String {
            let names = path.filter { $0.intValue == nil }.map(\.stringValue)
            return names.isEmpty ? "the body" : names.joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, _): "\(key.stringValue) is missing"
        case .valueNotFound(_, let context): "\(name(context.codingPath)) must not be null"
        case .typeMismatch(_, let context): "\(name(context.codingPath)) has the wrong type"
        case .dataCorrupted(let context) where context.codingPath.isEmpty: "the body is not a JSON document"
        case .dataCorrupted(let context): "\(name(context.codingPath)) has a value that does not fit"
        @unknown default: "the body cannot be read"
        }
    }
}

/// Decodes nothing; fails if the document is not an object or has a key that is not among `Keys`.
private struct KeyCheck<Keys: CodingKey & CaseIterable>: Decodable {
    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let known = Keys.allCases.map(\.stringValue)
        for key in try decoder.container(keyedBy: AnyKey.self).allKeys where !known.contains(key.stringValue) {
            let name = key.stringValue.prefix(60).debugDescription
            throw ControlError.badRequest("unknown key \(name); known are \(known.joined(separator: ", "))")
        }
    }
}

/// One of a few words. Any other word is refused, with the list.
package protocol Choice: RawRepresentable<String>, CaseIterable, Codable, Sendable {}

extension Choice {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let choice = Self(rawValue: text) else {
            let name = decoder.codingPath.last?.stringValue ?? "the value"
            let words = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError.badRequest("\(name) must be one of \(words)")
        }
        self = choice
    }
}
