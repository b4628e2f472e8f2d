import Glibc

/// Bytes with one owner, wiped when the owner lets go.
///
/// The type cannot be copied, printed or compared by `==`: the ways in are closures that borrow the bytes and
/// ``constantTimeEquals(_:)``. What a borrower copies out of a closure is the borrower's to wipe.
// Sendable and public for the reasons that ``SecretBuffer`` gives.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: nobody else has the pointer, and nothing writes after `init`.
    @usableFromInline let memory: UnsafeMutableRawBufferPointer

    /// The number of bytes.
    package var count: Int { unsafe memory.count }

    /// Allocates `count` zeroed bytes and lets `fill` write them. When `fill` throws, what it wrote is wiped.
    package init<Failure: Error>(
        count: Int, filledBy fill: (inout MutableRawSpan) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = unsafe SecretPages.allocate(count: count)
        do {
            var span = unsafe memory.mutableBytes
            try fill(&span)
        } catch {
            unsafe SecretPages.wipeAndFree(memory)
            throw error
        }
        unsafe self.memory = memory
    }

    /// A copy of bytes that live elsewhere. The original stays as it is: wiping it is its owner's task.
    package init(copying bytes: RawSpan) {
        self.init(count: bytes.byteCount) { target in target.write(bytes, at: 0) }
    }

    /// A copy of the text's UTF-8. The text stays in memory until its own end, which nothing can hasten.
    package init(copying text: String) { self.init(copying: unsafe text.utf8Span.span.bytes) }

    /// Takes over memory made by ``SecretPages/allocate(count:)``.
    init(owning memory: UnsafeMutableRawBufferPointer) { unsafe self.memory = memory }

    deinit { unsafe SecretPages.wipeAndFree(memory) }

    /// Lends the bytes. The span must not leave the closure.
    @inlinable public func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)))
    }

    /// A second owner of the same value, wiped on its own.
    package func copy() -> SecretBytes { withSpan { SecretBytes(copying: $0) } }

    /// Whether both hold the same bytes, in a time that depends on the lengths alone.
    package func constantTimeEquals(_ other: borrowing SecretBytes) -> Bool {
        withSpan { mine in other.withSpan { theirs in mine.constantTimeEquals(theirs) } }
    }

    /// Whether a text that is no secret is a part of it.
    package func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return withSpan { span in
            (0..<max(span.byteCount - wanted.count + 1, 0)).contains { start in
                wanted.indices.allSatisfy { span[start + $0] == wanted[$0] }
            }
        }
    }
}

/// Where secret bytes are allocated and how they end. What is kept for long is in ``KeyPages``.
enum SecretPages {
    static func allocate(count: Int) -> UnsafeMutableRawBufferPointer {
        precondition(count >= 0, "a negative length is a bug of the caller")
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe memory
    }

    static func wipeAndFree(_ memory: UnsafeMutableRawBufferPointer) {
        if let base = memory.baseAddress { unsafe explicit_bzero(base, memory.count) }
        if unsafe !KeyPages.shared.give(memory) { unsafe memory.deallocate() }
    }
}
