import Glibc

/// The classes of bytes in the grammar of a message, and the few ways to examine them in place.
extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isLetter: Bool { self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z") }

    var lowercased: UInt8 { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self }

    /// `tchar` of RFC 9110: the characters of methods and field names.
    var isToken: Bool {
        if isLetter || isDigit { return true }
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            return true
        default: return false
        }
    }

    /// The optional white space around a value.
    var isBlank: Bool { self == .space || self == .tab }

    /// `sub-delims` of RFC 3986.
    var isSubDelimiter: Bool {
        switch self {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }

    /// The characters of a path segment. There is no percent sign: a path has only one spelling.
    var isPathByte: Bool {
        if isLetter || isDigit { return true }
        switch self {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "-"): return true
        default: return false
        }
    }

    /// The characters of keys and values in a query.
    var isQueryByte: Bool { isPathByte || self == UInt8(ascii: ":") || self == UInt8(ascii: ",") }
}

extension Span<UInt8> {
    /// The text in `range`, whose bytes must be ASCII.
    func text(_ range: Range<Int>) -> String {
        guard let ascii = try? UTF8Span(validating: extracting(range)) else { return "" }
        return String(copying: ascii)
    }

    /// Whether all bytes in `range` are printable ASCII.
    func isPrintable(_ range: Range<Int>) -> Bool {
        for index in range where self[index] < .space || self[index] >= 0x7F { return false }
        return true
    }

    func array(_ range: Range<Int>) -> [UInt8] {
        unsafe extracting(range).withUnsafeBufferPointer { unsafe [UInt8]($0) }
    }

    func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard text.utf8CodeUnitCount == range.count else { return false }
        return unsafe extracting(range).withUnsafeBytes { found in
            guard let start = found.baseAddress else { return true }
            return unsafe memcmp(start, text.utf8Start, found.count) == 0
        }
    }

    /// Like ``holds(_:at:)``, for a text that is known only at run time.
    func holds(text: String, at range: Range<Int>) -> Bool {
        let expected = text.utf8Span.span
        guard expected.count == range.count else { return false }
        for index in expected.indices where self[range.lowerBound + index] != expected[index] { return false }
        return true
    }

    /// Like ``holds(_:at:)``, but accepts ASCII letters of either case; `lowercase` must be in lower case.
    func holds(ignoringCase lowercase: StaticString, at range: Range<Int>) -> Bool {
        guard lowercase.utf8CodeUnitCount == range.count else { return false }
        let found = extracting(range)
        for index in found.indices where unsafe found[index].lowercased != lowercase.utf8Start[index] { return false }
        return true
    }

    func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
        unsafe extracting(range).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress, let found = unsafe memchr(start, CInt(byte), bytes.count) else {
                return nil
            }
            return range.lowerBound + (unsafe UnsafeRawPointer(found) - start)
        }
    }

    /// The number in `range` in plain decimal digits; `nil` for anything else, including a sign, a space, a leading zero
    /// or an empty range. A number too large for `Int` becomes `Int.max`, which is beyond every limit.
    func decimal(_ range: Range<Int>) -> Int? {
        guard let first = range.first, range.count == 1 || self[first] != UInt8(ascii: "0") else { return nil }
        var number = 0
        for index in range {
            guard self[index].isDigit else { return nil }
            let (tens, tooMany) = number.multipliedReportingOverflow(by: 10)
            let (sum, tooMuch) = tens.addingReportingOverflow(Int(self[index] - UInt8(ascii: "0")))
            number = tooMany || tooMuch ? Int.max : sum
        }
        return number
    }
}
