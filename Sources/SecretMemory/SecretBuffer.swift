/// Secret bytes under construction: grows, wipes what it leaves behind, and becomes ``SecretBytes`` at the end.
@safe package struct SecretBuffer: ~Copyable {
    private var memory: UnsafeMutableRawBufferPointer
    package private(set) var count = 0

    package init(capacity: Int = 256) { unsafe memory = SecretPages.allocate(count: max(capacity, 16)) }

    deinit { unsafe SecretPages.wipeAndFree(memory) }

    package mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe memory[count] = byte
        count += 1
    }

    package mutating func append(_ bytes: RawSpan) {
        reserve(bytes.byteCount)
        unsafe bytes.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: source)
        }
        count += bytes.byteCount
    }

    package mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        var divisor = 1
        while (number / divisor).magnitude >= 10 { divisor *= 10 }
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8((number / divisor % 10).magnitude))
            divisor /= 10
        }
    }

    package mutating func append(_ text: String) { append(unsafe text.utf8Span.span.bytes) }

    package mutating func append(_ secret: borrowing SecretBytes) { secret.withSpan { append($0) } }

    package func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<count])))
    }

    /// The bytes so far, in memory of exactly their size. The buffer's own memory is wiped as it goes.
    package consuming func finish() -> SecretBytes { withSpan { SecretBytes(copying: $0) } }

    @inline(__always) private mutating func reserve(_ more: Int) {
        if unsafe count + more > memory.count { grow(to: count + more) }
    }

    private mutating func grow(to needed: Int) {
        let larger = unsafe SecretPages.allocate(count: max(memory.count * 2, needed))
        unsafe larger.copyMemory(from: unsafe UnsafeRawBufferPointer(rebasing: memory[..<count]))
        unsafe SecretPages.wipeAndFree(memory)
        unsafe memory = larger
    }
}
