import Glibc
import TestSupport
import Testing

@testable import SecretMemory

/// Keys that live long have pages of their own.
@Suite struct KeptTests {
    private struct Unreadable: Error {}

    private static func address(_ secret: borrowing SecretBytes) -> UInt {
        secret.withSpan { span in unsafe span.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } }
    }

    /// What the kernel says of the mapping that the address is in.
    private static func mapping(of address: UInt) throws -> [Substring] {
        guard let file = unsafe fopen("/proc/self/smaps", "re") else { throw Unreadable() }
        defer { unsafe fclose(file) }
        var lines: [Substring] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        var isInside = false
        defer { unsafe free(line) }
        while unsafe getline(&line, &capacity, file) > 0, let text = unsafe line.map({ unsafe String(cString: $0) }) {
            let ends = text.split(separator: " ")[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2 { isInside = (ends[0]..<ends[1]).contains(address) }
            if isInside { lines.append(Substring(text)) }
        }
        return lines
    }

    @Test func `a key is in locked pages that no dump and no child gets`() throws {
        let key = Marker(70, count: 32).secret().kept()
        let lines = try Self.mapping(of: Self.address(key))
        let flags = try #require(lines.first { $0.hasPrefix("VmFlags:") }).split(separator: " ").map {
            $0.trimmingPrefix(while: \.isWhitespace).prefix { !$0.isWhitespace }
        }
        #expect(flags.contains("dd") && flags.contains("wf"))
        #expect(flags.contains("lo") == SecretBytes.keptAreLocked)
        #expect(lines.first?.split(separator: " ")[1].hasPrefix("rw") == true)
        #expect(key.count == 32)
    }

    @Test(arguments: [48, 64, 65, 5000])
    func `a key in locked pages is unchanged, and wiped at its end and at its source`(count: Int) throws {
        let marker = Marker(71 + UInt64(count), count: count)
        do {
            let key = marker.secret().kept()
            #expect(try MemoryScan.occurrences(of: marker) == 1)
            let isSame = key.constantTimeEquals(marker.secret())
            #expect(isSame)
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }

    @Test func `more keys than there is room for are stored anyway`() {
        var boxes: [SecretBox] = []
        for number in 0..<1500 {
            boxes.append(SecretBox(SecretBytes(copying: "key number \(number)").kept()))
        }
        for (number, box) in boxes.enumerated() { #expect(box.text == "key number \(number)") }
        #expect(SecretBytes(count: 0) { _ in }.kept().count == 0)
        boxes = []
        // What was given back is taken again.
        let again = SecretBox(SecretBytes(copying: "again").kept())
        #expect(again.text == "again")
    }
}
