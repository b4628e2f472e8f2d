import Glibc
import SecretMemory

/// `host [":" port]`, the value of `Host` and the authority of a target (RFC 9110, 7.2; RFC 3986, 3.2.2): a name, an IPv4
/// address, or another address in brackets. Whether such a host exists does not matter.
enum HostField {
    /// An empty value is valid: the client names no host.
    static func isValid(_ value: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard let first = value.first else { return true }
        var rest = value
        if bytes[first] == UInt8(ascii: "[") {
            guard let end = bytes.first(UInt8(ascii: "]"), in: value), isAddress(first + 1..<end, in: bytes) else {
                return false
            }
            rest = end + 1..<value.upperBound
        } else {
            guard takeName(&rest, in: bytes) else { return false }
        }
        guard let colon = rest.first else { return true }
        guard bytes[colon] == UInt8(ascii: ":") else { return false }
        for index in colon + 1..<rest.upperBound where !bytes[index].isDigit { return false }
        return true
    }

    /// Consumes the name, up to the colon before the port.
    private static func takeName(_ rest: inout Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var index = rest.lowerBound
        while index < rest.upperBound, bytes[index] != UInt8(ascii: ":") {
            if bytes[index].isPathByte || bytes[index].isSubDelimiter {
                index += 1
            } else {
                guard bytes[index] == UInt8(ascii: "%"), index + 2 < rest.upperBound,
                    bytes[index + 1].hexadecimalValue != nil, bytes[index + 2].hexadecimalValue != nil
                else { return false }
                index += 3
            }
        }
        rest = index..<rest.upperBound
        return true
    }

    /// The content of brackets: an IPv6 address, or `v1.x` of a future version.
    private static func isAddress(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard let first = range.first, bytes[first].lowercased == UInt8(ascii: "v") else {
            var address = in6_addr()
            return unsafe inet_pton(AF_INET6, bytes.text(range), &address) == 1
        }
        guard let dot = bytes.first(UInt8(ascii: "."), in: range), dot > first + 1, dot + 1 < range.upperBound else {
            return false
        }
        for index in first + 1..<dot where bytes[index].hexadecimalValue == nil { return false }
        for index in dot + 1..<range.upperBound
        where !bytes[index].isPathByte && !bytes[index].isSubDelimiter && bytes[index] != UInt8(ascii: ":") {
            return false
        }
        return true
    }
}
