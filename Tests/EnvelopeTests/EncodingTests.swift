import Testing

@testable import Envelope

struct EncodingTests {
    @Test func `different lists of columns never have the same encoding`() {
        let texts = ["", "a", "b", "ab", "c", "bc", "\0", "\u{0}\u{0}\u{0}\u{1}a"]
        let values =
            texts.map(AssociatedData.Value.text) + [.null, .integer(0), .integer(1), .integer(-1), .integer(97)]
        let columns = texts.flatMap { text in values.map { (text, $0) } }
        var encodings: Set<[UInt8]> = [AssociatedData().encoded]
        for column in columns {
            var one = AssociatedData()
            one.append(column.0, column.1)
            encodings.insert(one.encoded)
            for other in columns {
                var two = one
                two.append(other.0, other.1)
                encodings.insert(two.encoded)
            }
        }
        #expect(encodings.count == 1 + columns.count + columns.count * columns.count)
    }

    @Test func `table and row id do not run into each other, nor into the columns`() {
        #expect([UInt8](texts: "ab", "c") != [UInt8](texts: "a", "bc"))
        #expect([UInt8](texts: "", "abc") != [UInt8](texts: "abc", ""))
        #expect([UInt8](texts: "é") != [UInt8](texts: "e\u{301}"), "texts that compare equal may still differ")
    }

    @Test func `the encoding is unchanged`() {
        #expect([UInt8](texts: "ab", "") == [0, 0, 0, 2, 97, 98, 0, 0, 0, 0])
        let columns: AssociatedData = ["a": .text("é"), "": .integer(-2), "b": .null]
        #expect(
            columns.encoded
                == hex("0000000161" + "0100000002c3a9" + "00000000" + "02fffffffffffffffe" + "0000000162" + "00")
        )
    }
}
