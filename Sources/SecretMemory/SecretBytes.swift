import Glibc

/// Bytes with one owner, wiped when the owner releases them.
///
/// The type cannot be copied, printed or compared with `==`: access is through closures that borrow the bytes and
/// ``constantTimeEquals(_:)``. A closure that copies bytes out must wipe its copy.
// Sendable and public for the reasons given at ``SecretBuffer``.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sendable although it holds a pointer: nobody else has the pointer, and nothing writes after `init`.
    @usableFromInline let memory: UnsafeMutableRawBufferPointer

    /// The number of bytes.
    package var count: Int { unsafe memory.count }

    /// Allocates `count` zeroed bytes and lets `fill` write them. If `fill` throws, the bytes are wiped.
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

    /// Copies the bytes. The caller must wipe the original.
    package init(copying bytes: RawSpan) {
        self.init(count: bytes.byteCount) { target in target.write(bytes, at: 0) }
    }

    /// Copies the text's UTF-8. The text itself cannot be wiped and stays in memory until it is freed.
    package init(copying text: String) { self.init(copying: unsafe text.utf8Span.span.bytes) }

    /// Takes ownership of memory from ``SecretPages/allocate(count:)``.
    init(owning memory: UnsafeMutableRawBufferPointer) { unsafe self.memory = memory }

    deinit { unsafe SecretPages.wipeAndFree(memory) }

    /// Lends the bytes. The span must not leave the closure.
    @inlinable public func withSpan<Result: ~Copyable, Failure: Error>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(memory)))
    }

    /// A copy with its own owner, wiped separately.
    package func copy() -> SecretBytes { withSpan { SecretBytes(copying: $0) } }

    /// Whether both contain the same bytes. The time depends only on the lengths.
    package func constantTimeEquals(_ other: borrowing SecretBytes) -> Bool {
        withSpan { mine in other.withSpan { theirs in mine.constantTimeEquals(theirs) } }
    }

    /// Whether it contains `text`, which must not be secret.
    package func contains(_ text: String) -> Bool {
        let wanted = Array(text.utf8)
        return withSpan { span in
            (0..<max(span.byteCount - wanted.count + 1, 0)).contains { start in
                wanted.indices.allSatisfy { span[start + $0] == wanted[$0] }
            }
        }
    }
}

/// Allocates and frees the memory of secrets. Long-lived keys are in ``KeyPages``.
enum SecretPages {
    static func allocate(count: Int) -> UnsafeMutableRawBufferPointer {
        precondition(count >= 0, "a negative length is a bug of the caller")
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
        return unsafe memory
    }

    static func wipeAndFree(_ memory: UnsafeMutableRawBufferPointer) {
        if let base = memory.baseAddress { unsafe explicit_bzero(base, memory.count) }
        if unsafe !KeyPages.shared.release(memory) { unsafe memory.deallocate() }
    }
}
