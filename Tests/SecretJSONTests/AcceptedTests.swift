import SecretJSON
import TestSupport
import Testing

@Suite struct AcceptedTests {
    @Test(
        arguments: [
            ("{}", .object([:])), ("[]", .array([])), (" \t\r\n[ \n]\r", .array([])), ("null", .null),
            ("true", .bool(true)), ("false", .bool(false)),
            ("[true,false,null]", .array([.bool(true), .bool(false), .null])),
            (#""""#, .string("")), (#""a""#, .string("a")), (#"["",""]"#, .array([.string(""), .string("")])),
            (
                #"{"a":{"b":[1,{"c":null}]}}"#,
                .object(["a": .object(["b": .array([.number(1), .object(["c": .null])])])])
            ),
            (#"{"a" : 1 , "b" : 2}"#, .object(["a": .number(1), "b": .number(2)])),
            (#"{"":1}"#, .object(["": .number(1)])),
            (#"{"a":1,"A":2}"#, .object(["a": .number(1), "A": .number(2)])),
            (#"[[],[[]],{}]"#, .array([.array([]), .array([.array([])]), .object([:])])),
            (#"{"\u0061":1}"#, .object(["a": .number(1)])),
        ] as [(String, Tree)]) func `a document is read as the values that it has`(text: String, expected: Tree) throws
    {
        #expect(try tree(text, names: ["", "a", "b", "c", "A"]) == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("9223372036854775807", Int.max),
            ("-9223372036854775808", Int.min),
            ("1234567890123456789", 1_234_567_890_123_456_789), ("9007199254740993", 9_007_199_254_740_993),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("99999999999999999999999999", nil),
            ("1.0", nil), ("0.0", nil), ("1e0", nil), ("1E5", nil), ("-1.5e-10", nil), ("1e400", nil), ("0e0", nil),
            ("1e+2", nil), ("1" + String(repeating: "0", count: 5000), nil),
        ] as [(String, Int?)]) func `a whole number is read exactly, and nothing else is a whole number`(
            text: String, expected: Int?
        ) throws
    {
        #expect(try tree(text) == .number(expected))
        #expect(try tree("[\(text) ]") == .array([.number(expected)]))
    }

    @Test(arguments: [
        ("9223372036854775808", JSONError.Code.outOfRange), ("1.0", .wrongType), ("1e2", .wrongType),
        ("\"1\"", .wrongType), ("true", .wrongType), ("null", .wrongType), ("[1]", .wrongType),
    ]) func `a number beyond 64 bits is out of range, and a fraction is the wrong type`(
        text: String, expected: JSONError.Code
    ) throws {
        let document = try JSONDocument(parsing: secret(Array(text.utf8)))
        #expect(throws: JSONError(expected)) { try document.integer(document.root) }
    }

    @Test(arguments: [
        (#"\""#, "\""), (#"\\"#, "\\"), (#"\/"#, "/"), (#"\b\f\n\r\t"#, "\u{8}\u{C}\n\r\t"), (#"\u0000"#, "\0"),
        (#"\u0041"#, "A"), (#"\u00e9"#, "é"), (#"\u00E9"#, "é"), (#"\uFFFF"#, "\u{FFFF}"),
        (#"\ud83d\udd11"#, "\u{1F511}"),
        (#"\uD800\uDC00"#, "\u{10000}"), (#"\uDBFF\uDFFF"#, "\u{10FFFF}"), (#"a\u0062c"#, "abc"),
        (#"\\u0041"#, "\\u0041"),
        (#"\\\""#, "\\\""), (#"\\\\"#, "\\\\"), (#"\ud7ff\ue000"#, "\u{D7FF}\u{E000}"), (#"\u2028"#, "\u{2028}"),
        (#"\ufeff"#, "\u{FEFF}"),
    ]) func `an escape is read as its character`(raw: String, expected: String) throws {
        let text = try tree("\"\(raw)\"")
        #expect(text == .string(expected))
        guard case .string(let string) = text else { return }
        #expect(Array(string.utf8) == Array(expected.utf8))
    }

    @Test func `text outside ASCII stays byte for byte, composed or not`() throws {
        for text in [
            "é", "e\u{301}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{FFFD}", "\u{10FFFF}", "\u{FEFF}x",
        ] {
            let document = try JSONDocument(parsing: secret(Array("\"\(text)\"".utf8)))
            #expect(plain(try document.secret(document.root)) == Array(text.utf8))
        }
    }
}
