import SecretMemory
import Testing

struct HexadecimalTests {
    private static func bytes(_ text: String) -> [UInt8]? {
        SecretBytes(hexadecimal: unsafe Array(text.utf8).span.bytes)?.withSpan { $0.array }
    }

    @Test func `every byte is written in lower case and read back`() {
        let all = (0...255).map { UInt8($0) }
        let text = unsafe all.span.bytes.hexadecimal
        #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.count == 512)
        #expect(Self.bytes(text) == all && Self.bytes("") == [])
    }

    @Test(arguments: ["0", "0A", "fF", "0g", " 0", "0x", "é"])
    func `anything but pairs of digits in lower case is refused`(text: String) { #expect(Self.bytes(text) == nil) }

    @Test func `a single digit is read in either case`() {
        let values = (UInt8.min...UInt8.max).compactMap { digit in digit.hexadecimalValue.map { (digit, $0) } }
        #expect(String(decoding: values.map(\.0), as: UTF8.self) == "0123456789ABCDEFabcdef")
        #expect(values.map(\.1) == Array(0...15) + Array(10...15))
    }
}
