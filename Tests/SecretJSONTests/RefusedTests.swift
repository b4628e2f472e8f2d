import SecretJSON
import TestSupport
import Testing

@Suite struct RefusedTests {
    @Test(arguments: [
        // no value, or more than one
        "", " ", "\n", "1 2", "1,2", "{}{}", "[][]", "null null", "{} x", "[]]", "{}}", "\"a\"\"b\"", "[1]x",
        "{}\0", "\0{}",
        // brackets and commas
        "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1,,2]", "[1 2]", "[1}", "{]", "[[]", "[[1],]",
        "[1;2]",
        "[1:2]", "(1)", "<null>",
        // members
        "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,\"a\":1}", "{\"a\" 1}", "{\"a\"::1}", "{\"a\":1:2}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1;\"b\":2}", "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{{}:1}", "{\"a\":1,,\"b\":2}",
        "{\"a\":1",
        "{\"a\":", "{\"a\"", "{\"a",
        // words
        "True", "TRUE", "tru", "truee", "true1", "nul", "nulll", "NULL", "nil", "undefined", "fals", "NaN",
        "Infinity",
        "-Infinity", "inf", "yes", "t", "n", "f",
        // numbers
        "-", "+", "+1", "--1", "-+1", "01", "-01", "00", "0123", ".5", "-.5", "1.", "1.e5", "0.", "1e", "1e+",
        "1e-", "1E",
        "1e1.5", "1ee5", "1.2.3", "0x10", "0b1", "0o7", "1_000", "1 000", "1,000", "1f", "1L", "٣", "１",
        "\u{2212}1", "- 1",
        "1e 5", "1. 5", "-a", "1a", "0a", "e5", "1+1", "1-1",
        // strings
        "\"", "\"a", "a\"", "'a'", "`a`", "\"a\nb\"", "\"a\tb\"", "\"a\rb\"", "\"a\0b\"", "\"\u{1}\"", "\"\u{1F}\"",
        "\"\\\"",
        "\"\\", "\"\\a\"", "\"\\x41\"", "\"\\'\"", "\"\\0\"", "\"\\v\"", "\"\\U0041\"", "\"\\ \"", "\"\\\n\"",
        "\"\\é\"",
        "\"\\u\"", "\"\\u1\"", "\"\\u12\"", "\"\\u123\"", "\"\\u12", "\"\\u123g\"", "\"\\u 123\"", "\"\\u+123\"",
        "\"\\u-123\"",
        "\"\\u{41}\"", "\"\\u１２３４\"",
        // half a character
        "\"\\ud800\"", "\"\\udbff\"", "\"\\udc00\"", "\"\\udfff\"", "\"\\ud800a\"", "\"\\ud800\\n\"",
        "\"\\ud800\\ud800\"",
        "\"\\ud800\\u0041\"", "\"\\ud800\\\"", "\"\\ud800\\u\"", "\"\\ud800\\udc0\"", "\"\\udc00\\ud800\"",
        "\"\\ud800\\\\udc00\"",
        "\"\\ud800",
        // space that is none, and comments
        "\u{A0}1", "1\u{A0}", "\u{B}1", "\u{C}1", "\u{2028}1", "\u{3000}[]", "\u{FEFF}{}", "/**/1", "1//", "# 1",
        "1 # c", "--",
        // half a member name
        "{\"\\ud800\":1}", "{\"\\\":1}",
    ]) func `a text outside the grammar is refused`(text: String) {
        #expect(refusal(text) == .syntax)
        #expect(refusal("[\(text)x]") != nil)
    }

    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0xAF],
            [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF0, 0x80, 0x80, 0xAF],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x94], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80],
            [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xC3, 0xA9, 0xA9],
        ] as [[UInt8]]) func `bytes that are not UTF-8 are refused before anything is read`(bytes: [UInt8])
    {
        for document in [
            bytes, [0x22] + bytes + [0x22], [0x5B] + bytes + [0x5D], Array("{\"a".utf8) + bytes + Array("\":1}".utf8),
        ] {
            #expect(refusal(document) == .notUTF8)
        }
    }

    @Test(arguments: [false, true]) func `UTF-16 and UTF-32 are refused, with or without a mark`(marked: Bool) {
        let text = Array("{\"a\":1}".utf8)
        let little: [UInt8] = (marked ? [0xFF, 0xFE] : []) + text.flatMap { [$0, 0] }
        let big: [UInt8] = (marked ? [0xFE, 0xFF] : []) + text.flatMap { [0, $0] }
        #expect(refusal(little) != nil && refusal(big) != nil)
    }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"b":2,"a":3}"#, #"{"a":1,"\u0061":2}"#, #"{"\u0061":1,"\u0061":2}"#,
        #"{"":1,"":2}"#,
        #"{"x":{"a":1,"a":2}}"#, #"[{"a":1,"a":2}]"#, #"{"é":1,"\u00e9":2}"#, #"{"a/b":1,"a\/b":2}"#,
        #"{"🔑":1,"\ud83d\udd11":2}"#, #"{"a\u0000":1,"a\u0000":2}"#,
        // Names that Unicode calls the same: some readers would take them for one.
        #"{"é":1,"e\u0301":2}"#, #"{"K":1,"\u212a":2}"#,
    ]) func `a member twice is refused, however it is spelt and however deep it is`(text: String) {
        #expect(refusal(text) == .duplicateMember)
    }

    @Test(arguments: [
        #"{"a":1,"A":2}"#, #"{"a":1,"a ":2}"#, #"{"a":1,"a\u0000":2}"#,
        #"{"a":{"a":1},"b":{"a":1}}"#, #"[{"a":1},{"a":1}]"#,
    ]) func `different names are different members`(text: String) { #expect(refusal(text) == nil) }

    @Test func `a name is found by its bytes, escaped or not`() throws {
        let document = try JSONDocument(parsing: secret(Array(#"{"\u212a":1,"e\u0301":2,"\u006b":3}"#.utf8)))
        #expect(document.member("K", of: document.root) == nil)
        #expect(document.member("é", of: document.root) == nil)
        #expect(document.member("\u{212A}", of: document.root) != nil)
        #expect(document.member("k", of: document.root) != nil)
        #expect(throws: JSONError.self) { try document.allowOnly(["K", "é", "k"], of: document.root) }
    }

    @Test(arguments: [1, 2, 16, 100]) func `depth is counted to its limit and no further`(limit: Int) {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "1"
            func nested(_ depth: Int) -> String {
                String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
            }
            #expect(refusal(nested(limit), depth: limit) == nil)
            #expect(refusal(nested(limit + 1), depth: limit) == .tooDeep)
        }
        #expect(refusal("[" + String(repeating: "[],", count: 500) + "[]]", depth: 2) == nil)
    }

    @Test func `a million open brackets are refused at once`() {
        #expect(refusal(String(repeating: "[", count: 1_000_000)) == .tooDeep)
        #expect(refusal(String(repeating: "{\"a\":", count: 200_000)) == .tooDeep)
    }

    @Test func `values are counted to their limit, member names included`() {
        #expect(refusal("[1,2,3]", values: 4) == nil)
        #expect(refusal("[1,2,3]", values: 3) == .tooManyValues)
        #expect(refusal(#"{"a":1,"b":2}"#, values: 5) == nil)
        #expect(refusal(#"{"a":1,"b":2}"#, values: 4) == .tooManyValues)
        #expect(refusal("1", values: 0) == .tooManyValues)
        #expect(refusal("[" + String(repeating: "1,", count: 9_998) + "1]") == nil)
        #expect(refusal("[" + String(repeating: "1,", count: 9_999) + "1]") == .tooManyValues)
    }

    @Test func `every beginning of a document is refused`() {
        let text = Array(#"{"a":[1,-2.5e3,"x\n\u00e9\ud83d\udd11é"],"b":{"c":true,"d":null}}"#.utf8)
        #expect(refusal(text) == nil)
        for count in 0..<text.count { #expect(refusal(Array(text.prefix(count))) != nil) }
    }
}
