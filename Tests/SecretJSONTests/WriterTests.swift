import Foundation
import SecretJSON
import SecretMemory
import TestSupport
import Testing

@Suite struct WriterTests {
    @Test func `commas and colons stand where they belong`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("a", 1)
        writer.key("b")
        writer.beginArray()
        writer.string("x")
        writer.beginArray()
        writer.endArray()
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.endArray()
        writer.key("c")
        writer.beginObject()
        writer.member("d", true)
        writer.member("e", false)
        writer.endObject()
        writer.member("f", -5)
        writer.endObject()
        #expect(text(writer.finish()) == #"{"a":1,"b":["x",[],{},null],"c":{"d":true,"e":false},"f":-5}"#)
    }

    @Test(arguments: [
        ("\u{1B}[2J", #"\u001b[2J"#), ("\u{7F}", #"\u007f"#),
        ("\u{80}\u{9B}\u{9F}\u{A0}", "\\u0080\\u009b\\u009f\u{A0}"),
        ("\u{202E}x\u{2066}", #"\u202ex\u2066"#), ("\u{200E}\u{200F}\u{61C}", #"\u200e\u200f\u061c"#),
        ("\u{2028}\u{2029}\u{2027}\u{202F}", "\\u2028\\u2029\u{2027}\u{202F}"), ("é漢🙂", "é漢🙂"),
    ]) func `characters that a terminal might obey are escaped`(given: String, written: String) {
        var writer = JSONWriter()
        writer.string(given)
        #expect(text(writer.finish()) == "\"\(written)\"")
    }

    @Test func `every character comes back as it was, alone and among others, and others read it the same way`() throws
    {
        for start in stride(from: UInt32(0), through: 0x10FFFF, by: 0x1000) {
            var texts: [String] = []
            // All of the first 4096, and two hundred of every later 4096.
            for value in stride(from: start, to: start + 0x1000, by: start == 0 ? 1 : 20) {
                guard let scalar = Unicode.Scalar(value) else { continue }
                texts.append(String(Character(scalar)))
            }
            texts.append(texts.joined())
            try check(texts)
        }
    }

    @Test(arguments: 0..<8) func `random texts come back as they were`(seed: Int) throws {
        var dice = Dice(UInt64(seed))
        let pieces = [
            "\"", "\\", "/", "\n", "\0", "\u{1F}", "a", "u0041", "é", "e\u{301}", "\u{1F511}", "\u{FEFF}", "\u{2028}",
            "\r\n",
        ]
        try check((0..<100).map { _ in (0..<dice.below(12)).map { _ in dice.oneOf(pieces) }.joined() })
    }

    /// Writes the texts as an array, as strings and as secrets, and reads them here and with Foundation.
    private func check(_ texts: [String]) throws {
        var writer = JSONWriter()
        writer.beginArray()
        for text in texts {
            writer.string(text)
            writer.secret(SecretBytes(copying: text))
        }
        writer.endArray()
        let written = plain(writer.finish())
        let document = try JSONDocument(parsing: secret(written), values: 20_000)
        let foreign = try #require(try JSONSerialization.jsonObject(with: Data(written)) as? [String])
        let nodes = document.elements(of: document.root)
        #expect(nodes.count == texts.count * 2 && foreign.count == nodes.count)
        for (index, node) in nodes.enumerated() {
            let expected = Array(texts[index / 2].utf8)
            #expect(plain(try document.secret(node)) == expected)
            #expect(Array(try document.string(node).utf8) == expected)
            #expect(withoutMarks(foreign[index]) == withoutMarks(texts[index / 2]))
        }
    }

    /// Foundation loses byte order marks inside a text.
    private func withoutMarks(_ text: String) -> [Unicode.Scalar] { text.unicodeScalars.filter { $0 != "\u{FEFF}" } }

    @Test func `bytes that are not UTF-8 cannot be read back, so that nobody takes them for text`() {
        var writer = JSONWriter()
        writer.secret(secret([0x61, 0xFF]))
        #expect(refusal(plain(writer.finish())) == .notUTF8)
    }
}
