/// The form of a copied value. Zoom publishes no grammar, so a wrong form leads to a question at most, never to a
/// refusal. The forms are described in `docs/zoom.md`. [seen]
package enum Shape: Equatable, Sendable {
    /// About 22 characters of base64url: account ID, client ID, app ID.
    case identifier
    /// 32 letters and digits.
    case secret
    case address, emailAddress, other

    init(_ text: String) {
        var seen = Characters()
        for byte in text.utf8 { seen.add(byte) }
        self = seen.shape
    }

    /// Examines a value byte by byte, so that a secret is not copied.
    package struct Characters {
        private var count = 0
        private var isAlphanumeric = true
        private var isBase64URL = true
        private var hasAt = false
        private var hasColon = false

        package init() {}

        package mutating func add(_ byte: UInt8) {
            count += 1
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            isAlphanumeric = isAlphanumeric && (isDigit || isLetter)
            isBase64URL =
                isBase64URL && (isDigit || isLetter || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_"))
            hasAt = hasAt || byte == UInt8(ascii: "@")
            hasColon = hasColon || byte == UInt8(ascii: ":")
        }

        package var shape: Shape {
            switch count {
            case 32 where isAlphanumeric: .secret
            case 16...28 where isBase64URL: .identifier
            case _ where hasColon: .address
            case _ where hasAt: .emailAddress
            default: .other
            }
        }
    }

    fileprivate var words: String? {
        switch self {
        case .identifier: "an ID: about 22 characters"
        case .secret: "a client secret: 32 letters and digits"
        case .address: "an address"
        case .emailAddress: "an e-mail address"
        case .other: nil
        }
    }
}

/// The result of checking an entered value.
package enum FieldVerdict: Equatable, Sendable {
    /// - Parameter wasTrimmed: whether there was white space around it.
    case taken(String, wasTrimmed: Bool)
    /// Enter alone, where that is an answer.
    case skipped
    /// Usable if the operator confirms it; `why` says what is unusual about it.
    case doubtful(String, wasTrimmed: Bool, why: String)
    case refused(why: String)
}

extension MarketplaceField {
    /// Checks the value entered for a field other than the secret.
    /// - Parameter known: the values entered before.
    package func judge(_ entered: String, knowing known: [MarketplaceField: String]) -> FieldVerdict {
        let all = Array(entered.utf8)
        let bytes = Array(all.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed())
        let text = String(decoding: bytes, as: UTF8.self)
        let wasTrimmed = bytes.count < all.count
        guard !bytes.isEmpty else { return isOptional ? .skipped : .refused(why: "the \(words) is empty") }
        guard bytes.count <= 256 else { return .refused(why: "the \(words) is longer than 256 bytes") }
        guard isCopied else { return judgeRemark(text, wasTrimmed) }
        guard bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return .refused(why: "the \(words) contains a space or a non-ASCII character: copy it again")
        }
        for other in [MarketplaceField.accountID, .clientID, .marketplaceAppID]
        where other != self && known[other] == text {
            return .refused(why: "this is the \(other.words) that you entered before, not the \(words)")
        }
        let shape = Shape(text)
        guard shape == .identifier || shape == .other else {
            return .doubtful(
                text, wasTrimmed: wasTrimmed, why: "this looks like \(shape.words ?? ""), not like the \(words)")
        }
        return .taken(text, wasTrimmed: wasTrimmed)
    }

    private func judgeRemark(_ text: String, _ wasTrimmed: Bool) -> FieldVerdict {
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            return .refused(why: "the \(words) contains a control character")
        }
        if self == .contactEmail, !text.contains("@") || text.contains(" ") {
            return .refused(why: "this is not an e-mail address")
        }
        if Shape(text) == .secret {
            return .doubtful(
                text, wasTrimmed: wasTrimmed, why: "this looks like a client secret: 32 letters and digits")
        }
        return .taken(text, wasTrimmed: wasTrimmed)
    }

    /// What is unusual about a secret of this form; `nil` when nothing is. The secret itself is not passed.
    package static func recheck(aboutSecretOf shape: Shape) -> String? {
        shape == .secret ? nil : shape.words.map { "this looks like \($0), not like the client secret" }
    }
}
