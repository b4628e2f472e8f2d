/// Random values in the form of Zoom's. [seen]
enum Identifiers {
    static let alphanumerics = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    static let base64URL = alphanumerics + Array("-_".utf8)

    /// Account, client and app IDs: 22 base64url characters.
    static func id(_ random: inout some RandomNumberGenerator) -> String { text(22, of: base64URL, &random) }

    /// Client secrets: 32 letters and digits.
    static func secret(_ random: inout some RandomNumberGenerator) -> String { text(32, of: alphanumerics, &random) }

    /// The value of `x-zm-trackingid`.
    static func trackingID(_ random: inout some RandomNumberGenerator) -> String {
        let hex = Array("0123456789abcdef".utf8)
        var bits = random.next()
        var rid: [UInt8] = []
        for digit in 0..<32 {
            if digit == 16 { bits = random.next() }
            rid.append(hex[Int(bits & 15)])
            bits >>= 4
        }
        return "v=2.0;clid=sandbox;rid=WEB_" + String(decoding: rid, as: UTF8.self)
    }

    private static func text(
        _ count: Int, of alphabet: [UInt8], _ random: inout some RandomNumberGenerator
    ) -> String {
        let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
