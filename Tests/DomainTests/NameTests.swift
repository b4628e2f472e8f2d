import Domain
import Testing

@Suite struct NameTests {
    @Test(arguments: [
        "a", "0", "a.b", "a-b", "a_b", "zoom.prod-eu_1", "a..b", "a--", "0.", "9_",
        String(repeating: "a", count: 63),
    ]) func `a name within the grammar is accepted byte for byte`(text: String) {
        #expect(Name(text)?.description == text)
        #expect(Name(text[...])?.description == text)
    }

    @Test(arguments: [
        "", ".", "..", "-", "_", ".a", "-a", "_a", "A", "aB", "a b", " a", "a ", "a\n", "\na", "a\t", "a\r\n",
        "a\0",
        "\0", "a/b", "/", "../a", "a\\b", "a:b", "a,b", "a;b", "a'b", "a\"b", "a$b", "a`b", "a|b", "a*b", "a?b",
        "a%2e",
        "a+b", "a=b", "a@b", "a~", "a#b", "a{b", "a(b", "a&b", "a<b", "a!b", "\u{7F}",
        String(repeating: "a", count: 64),
    ]) func `any other text is refused and not repaired`(text: String) { #expect(Name(text) == nil) }

    @Test func `a million letters are no name`() {
        #expect(Name(String(repeating: "a", count: 1_000_000)) == nil)
    }

    @Test(arguments: [
        "é", "e\u{301}", "a\u{301}", "а", "ａ", "①", "１", "٣", "ﬁ", "a\u{200B}", "a\u{AD}", "\u{FEFF}a",
        "a\u{2011}b",
        "a\u{2024}b", "\u{212A}", "\u{1D41A}", "ß", "ı",
    ]) func `a letter that only looks like one of ours, or that Unicode calls the same, is refused`(text: String) {
        #expect(Name(text) == nil)
    }

    @Test func `every single byte is accepted only where the grammar allows it`() {
        let first = Set("abcdefghijklmnopqrstuvwxyz0123456789".unicodeScalars)
        let later = first.union("._-".unicodeScalars)
        for value in UInt32(0)...0x2FF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            #expect((Name(String(Character(scalar))) != nil) == first.contains(scalar))
            #expect((Name("a" + String(Character(scalar))) != nil) == later.contains(scalar))
            #expect((Name("a" + String(Character(scalar)) + "b") != nil) == later.contains(scalar))
        }
    }

    @Test func `names are in the order of their bytes`() throws {
        let sorted = ["0", "9", "a", "a-", "a-b", "a.b", "a0", "a_", "ab", "b"]
        #expect(sorted.reversed().compactMap { Name($0) }.sorted().map(\.description) == sorted)
    }
}
