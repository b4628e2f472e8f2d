/// The fields of an `application/x-www-form-urlencoded` text. If a field is repeated, the first one counts.
struct FormFields: Sendable, Equatable {
    private var fields: [String: String] = [:]

    init(_ text: some StringProtocol) {
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = halves.count == 2 ? Self.decode(halves[1], plusIsSpace: true) : ""
            fields.merge([Self.decode(halves[0], plusIsSpace: true): value]) { first, _ in first }
        }
    }

    subscript(name: String) -> String? { fields[name] }

    /// Adds the fields of `other` that are not here yet.
    func filled(from other: FormFields) -> FormFields {
        var result = self
        result.fields.merge(other.fields) { own, _ in own }
        return result
    }

    /// Decodes percent encoding; leaves invalid escapes as they are.
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String {
        var rest = text.utf8[...]
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let code = Self.hexByte(rest.prefix(2)) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexByte(_ digits: some Collection<UInt8>) -> UInt8? {
        guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else { return nil }
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
