import Domain
import HTTPTransport
import SecretMemory

/// The encodings of mail. What comes out is ASCII, and has no line end but those that are meant.
enum MailText {
    /// The value of a field without a grammar (RFC 5322, 2.2.1): as it is, or as encoded words (RFC 2047).
    static func unstructured(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= 60 && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && !text.contains("=?")
        guard !isPlain else { return text }
        // An encoded word has at most 75 characters, 12 of them around the text, and no character is split between two.
        var words: [String] = []
        var word: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > 45 {
                words.append(encodedWord(word))
                word = []
            }
            word += bytes
        }
        if !word.isEmpty { words.append(encodedWord(word)) }
        return words.joined(separator: "\r\n ")
    }

    private static func encodedWord(_ bytes: [UInt8]) -> String {
        var encoded = SecretBuffer()
        encoded.append(base64: unsafe bytes.span.bytes)
        return "=?UTF-8?B?\(encoded.withSpan { String(decoding: $0.array, as: UTF8.self) })?="
    }

    /// RFC 2045, 6.7: lines of at most 76 characters, each of which ends with CRLF.
    static func quotedPrintable(_ lines: [String]) -> String {
        var text = ""
        for line in lines {
            var column = 0
            let bytes = Array(line.utf8)
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                let isPlain = (0x20..<0x7F).contains(byte) && byte != UInt8(ascii: "=") && !(isLast && byte == 0x20)
                let digits = String(byte, radix: 16, uppercase: true)
                let piece = isPlain ? String(UnicodeScalar(byte)) : "=" + (byte < 16 ? "0" : "") + digits
                if column + piece.utf8.count > 75 {
                    text += "=\r\n"
                    column = 0
                }
                text += piece
                column += piece.utf8.count
            }
            text += "\r\n"
        }
        return text
    }

    /// The right part of a message's ID.
    static func domain(_ host: String) -> String {
        let kept = host.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") }
        let labels = kept.split(separator: ".").joined(separator: ".")
        return labels.isEmpty ? "localhost" : labels
    }
}
