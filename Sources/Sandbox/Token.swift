/// The content of an access token.
///
/// Tokens are not stored: the text contains everything that is needed to check one, so that minting thousands per
/// second for hours takes no memory.
struct Token: Equatable, Sendable {
    var app: UInt64
    var grant: Grant
    /// Index into the app's ``ScopeSets``.
    var scopeSet: UInt64
    /// Seconds since 1970.
    var expires: Int
    /// Increases with each token of the sandbox.
    var serial: UInt64

    /// About as long as Zoom's. [seen]
    static let length = 590
    private static let digitsPerField = 11
    private static let fieldCount = 5

    /// An opaque text: the fields, then filler that only the holder of `key` can write. This protects against a wrong
    /// or truncated token, not against a cryptographer.
    func text(key: UInt64) -> String {
        let fields = [app, grant.index, scopeSet, UInt64(bitPattern: Int64(expires)), serial]
        var text: [UInt8] = []
        text.reserveCapacity(Self.length)
        var filler = SplitMix(state: key)
        for field in fields {
            filler.state = filler.next() ^ field
            Self.append(field, digits: Self.digitsPerField, to: &text)
        }
        while text.count < Self.length {
            Self.append(filler.next(), digits: min(10, Self.length - text.count), to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for any text that ``text(key:)`` did not write.
    init?(text: String, key: UInt64) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.length else { return nil }
        var fields: [UInt64] = []
        for start in stride(from: 0, to: Self.fieldCount * Self.digitsPerField, by: Self.digitsPerField) {
            var field: UInt64 = 0
            for byte in bytes[start..<start + Self.digitsPerField].reversed() {
                guard let digit = Self.value(of: byte) else { return nil }
                field = field << 6 | digit
            }
            fields.append(field)
        }
        guard let grant = Grant(index: fields[1]) else { return nil }
        let expires = Int(Int64(bitPattern: fields[3]))
        self.init(app: fields[0], grant: grant, scopeSet: fields[2], expires: expires, serial: fields[4])
        guard self.text(key: key) == text else { return nil }
    }

    init(app: UInt64, grant: Grant, scopeSet: UInt64, expires: Int, serial: UInt64) {
        self.app = app
        self.grant = grant
        self.scopeSet = scopeSet
        self.expires = expires
        self.serial = serial
    }

    private static func append(_ value: UInt64, digits: Int, to text: inout [UInt8]) {
        var value = value
        for _ in 0..<digits {
            text.append(Identifiers.base64URL[Int(value & 63)])
            value >>= 6
        }
    }

    private static func value(of byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(byte - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

/// The two grants of a Server-to-Server OAuth app. [doc]
package enum Grant: String, Sendable, Codable, CaseIterable {
    case account = "account_credentials"
    case client = "client_credentials"

    var index: UInt64 { self == .account ? 0 : 1 }
    init?(index: UInt64) {
        guard let grant = Self.allCases.first(where: { $0.index == index }) else { return nil }
        self = grant
    }
}

/// A small generator whose output depends only on its seed.
struct SplitMix: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
