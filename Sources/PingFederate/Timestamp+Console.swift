package import Domain

extension Timestamp {
    /// Reads a time of the admin API (RFC 3339, with or without a fraction), cut to the second: `modificationDate`,
    /// `lastReplicationTime`. `nil` for any other text.
    package init?(console text: String) {
        guard (20...40).contains(text.utf8.count), let local = Timestamp("\(text.prefix(19))Z") else { return nil }
        var rest = text.dropFirst(19)
        if rest.first == "." {
            let digits = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty else { return nil }
            rest = rest.dropFirst(1 + digits.count)
        }
        if rest == "Z" {
            self = local
            return
        }
        let digits = rest.dropFirst().filter { $0 != ":" }.utf8.map { Int($0) - 0x30 }
        guard let sign = rest.first, "+-".contains(sign), digits.count == 4, digits.allSatisfy((0...9).contains),
            rest.utf8.count == 5 || rest.utf8.count == 6 && rest.dropFirst(3).first == ":"
        else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hours < 24, minutes < 60 else { return nil }
        self = local + (sign == "+" ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}
