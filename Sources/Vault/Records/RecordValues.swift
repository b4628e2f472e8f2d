package import Audit
package import Domain
package import Envelope
package import SecretJSON
import SecretMemory

// Values that have the same JSON form in every record.

extension Credential.State: JSONValue {}
extension Delivery.Failure.Step: JSONValue {}
extension Rotation.BaseState: JSONValue {}
extension Candidate.Verdict: JSONValue {}

extension Generation: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let generation = Generation(try document.integer(node)) else { throw JSONError(.outOfRange) }
        self = generation
    }

    package func write(to json: inout JSONWriter) { json.integer(number) }
}

extension UnitName: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let name = UnitName(try document.string(node)) else { throw JSONError(.outOfRange) }
        self = name
    }

    package func write(to json: inout JSONWriter) { json.string(description) }
}

/// A user or group ID, or a small number.
extension JSONValue where Self: FixedWidthInteger & UnsignedInteger {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let number = Self(exactly: try document.integer(node)) else { throw JSONError(.outOfRange) }
        self = number
    }

    package func write(to json: inout JSONWriter) { json.integer(Int(self)) }
}

extension UInt32: JSONValue {}
extension UInt8: JSONValue {}

extension SetDigest: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let bytes = try Hexadecimal(node, in: document).bytes
        guard let digest = try? SetDigest(bytes: unsafe bytes.span.bytes) else { throw JSONError(.outOfRange) }
        self = digest
    }

    package func write(to json: inout JSONWriter) { Hexadecimal(bytes).write(to: &json) }
}

extension LineCode: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard let code = LineCode(hexadecimal: try document.string(node).utf8) else { throw JSONError(.outOfRange) }
        self = code
    }

    package func write(to json: inout JSONWriter) { json.plain(description) }
}
