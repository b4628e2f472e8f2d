import Domain
package import SecretMemory

extension String {
    /// The text made safe to show; a notice instead if it repeats one of the secrets.
    package func shown(limit: Int, withholding secrets: [SecretBox]) -> String {
        repeats(secrets) ? Self.withheld : readable(limit: limit)
    }

    private static let withheld = "withheld, because it repeats a secret"

    /// Like ``shown(limit:withholding:)``, but also withheld if it repeats a part of a secret: half a secret is a
    /// secret. Only the beginning of a long text is searched and shown; the time grows with the lengths, not with their
    /// product.
    package func shown(limit: Int, withholdingPartsOf secrets: [SecretBox]) -> String {
        let text = String(String.UnicodeScalarView(unicodeScalars.prefix(max(limit, 1) * 16)))
        let forms = [text, text.readable(limit: .max), text.printable(limit: .max)].map { Array($0.utf8) }
        let parts = Set(forms.flatMap(\.parts))
        let isTold = secrets.contains { secret in
            secret.bytes.count < [UInt8].partLength
                ? forms.contains { $0.hasAny(of: [secret]) } : secret.hasPart(in: parts)
        }
        return isTold ? Self.withheld : text.readable(limit: limit)
    }

    /// Whether the text repeats a secret, either as it is or after unsafe characters, which could hide one, are
    /// dropped.
    package func repeats(_ secrets: [SecretBox]) -> Bool {
        [self, readable(limit: .max), printable(limit: .max)].contains { Array($0.utf8).hasAny(of: secrets) }
    }
}

extension [UInt8] {
    fileprivate func hasAny(of secrets: [SecretBox]) -> Bool {
        let text = self
        return secrets.contains { secret in
            let length = secret.bytes.count
            guard length > 0, length <= text.count else { return false }
            return secret.bytes.withSpan { span in
                (0...text.count - length).contains { start in
                    (0..<length).allSatisfy { text[start + $0] == span[$0] }
                }
            }
        }
    }
}

extension [UInt8] {
    /// The number of bytes in a row that cannot match by chance.
    fileprivate static let partLength = 8

    /// All runs of that length, each as a number.
    fileprivate var parts: [UInt64] {
        var (parts, part) = ([UInt64](), UInt64(0))
        parts.reserveCapacity(count)
        for (index, byte) in enumerated() {
            part = part << 8 | UInt64(byte)
            if index + 1 >= Self.partLength { parts.append(part) }
        }
        return parts
    }
}

extension SecretBox {
    /// Copies nothing of the secret.
    fileprivate func hasPart(in parts: Set<UInt64>) -> Bool {
        bytes.withSpan { span in
            var part = UInt64(0)
            for index in 0..<span.byteCount {
                part = part << 8 | UInt64(span[index])
                if index + 1 >= [UInt8].partLength, parts.contains(part) { return true }
            }
            return false
        }
    }
}
