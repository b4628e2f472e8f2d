import Glibc

/// Secret bytes under construction: grows, wipes memory that it leaves, and becomes ``SecretBytes`` at the end.
// Sendable, because it has one owner. Public, because the compiler does not inline `package` code into other modules,
// and every answer is built here.
@safe public struct SecretBuffer: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: nobody else has the pointer. Members that are used for each byte or word
    // are public, because the compiler inlines only those into other modules.
    @usableFromInline var memory: UnsafeMutableRawBufferPointer
    @usableFromInline var end = 0

    @inlinable public var count: Int { end }

    package init(capacity: Int = 256) { unsafe memory = SecretPages.allocate(count: max(capacity, 16)) }

    deinit { unsafe SecretPages.wipeAndFree(memory) }

    @inlinable public mutating func append(_ byte: UInt8) {
        reserve(1)
        unsafe memory[end] = byte
        end += 1
    }

    @inlinable public mutating func append(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    package mutating func append(decimal number: Int) {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "-"))
        var (start, rest) = (digits.count, number.magnitude)
        repeat {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
        if number < 0 { start -= 1 }
        append(unsafe digits.span.bytes.extracting(start...))
    }

    package mutating func append(_ text: String) { append(unsafe text.utf8Span.span.bytes) }

    /// Appends a literal of the source code, whose length is known at compile time.
    @inlinable public mutating func append(literal text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends what one read(2) gives, so that there is no other copy to wipe.
    /// - Returns: as read(2) does.
    package mutating func append(from descriptor: CInt, most: Int) -> Int {
        reserve(most)
        let got = unsafe read(descriptor, memory.baseAddress?.advanced(by: end), most)
        end += max(got, 0)
        return got
    }

    /// Starts again in the same memory.
    package mutating func removeAll() { end = 0 }

    package mutating func append(_ secret: borrowing SecretBytes) { secret.withSpan { append($0) } }

    @inlinable public func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: memory[..<end])))
    }

    /// The bytes so far, in memory of exactly their size. Wipes the buffer's own memory.
    package consuming func finish() -> SecretBytes { withSpan { SecretBytes(copying: $0) } }

    @inlinable @inline(__always) mutating func append(_ bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count)
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[end...]).copyMemory(from: bytes)
        end += bytes.count
    }

    @inlinable @inline(__always) mutating func reserve(_ more: Int) {
        if unsafe end + more > memory.count { grow(to: end + more) }
    }

    @usableFromInline mutating func grow(to needed: Int) {
        let larger = unsafe SecretPages.allocate(count: max(memory.count * 2, needed))
        unsafe larger.copyMemory(from: unsafe UnsafeRawBufferPointer(rebasing: memory[..<end]))
        unsafe SecretPages.wipeAndFree(memory)
        unsafe memory = larger
    }
}
