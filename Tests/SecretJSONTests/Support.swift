import SecretJSON
import SecretMemory
import TestSupport

/// A document as a tree that can be compared.
indirect enum Tree: Equatable, Sendable {
    case object([String: Tree])
    case array([Tree])
    case string(String)
    /// A whole number as its value; `nil` for one that is not read as such.
    case number(Int?)
    case bool(Bool)
    case null
}

func secret(_ bytes: [UInt8]) -> SecretBytes { SecretBytes(copying: unsafe bytes.span.bytes) }

/// What is wrong with the document; `nil` when it is accepted.
func refusal(_ bytes: [UInt8], depth: Int = 16, values: Int = 10_000) -> JSONError.Code? {
    do {
        _ = try JSONDocument(parsing: secret(bytes), depth: depth, values: values)
        return nil
    } catch {
        return error.code
    }
}

func refusal(_ text: String, depth: Int = 16, values: Int = 10_000) -> JSONError.Code? {
    refusal(Array(text.utf8), depth: depth, values: values)
}

/// The whole document; member names are given, since a document tells nobody the names in it.
func tree(_ text: String, names: [String] = []) throws -> Tree { try tree(Array(text.utf8), names: names) }

func tree(_ bytes: [UInt8], names: [String] = []) throws -> Tree {
    let document = try JSONDocument(parsing: secret(bytes))
    return try tree(document.root, in: document, names: names)
}

private func tree(_ node: JSONNode, in document: borrowing JSONDocument, names: [String]) throws -> Tree {
    switch document.kind(node) {
    case .object:
        try document.allowOnly(names, of: node)
        var members: [String: Tree] = [:]
        for name in names {
            guard let value = document.member(name, of: node) else { continue }
            members[name] = try tree(value, in: document, names: names)
        }
        return .object(members)
    case .array:
        var elements: [Tree] = []
        for element in document.elements(of: node) { elements.append(try tree(element, in: document, names: names)) }
        return .array(elements)
    case .string: return .string(try document.string(node))
    case .number: return .number(try? document.integer(node))
    case .bool: return .bool(try document.bool(node))
    case .null: return .null
    }
}
