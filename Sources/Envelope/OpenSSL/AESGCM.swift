import COpenSSL
import SecretMemory

/// AES-256-GCM with a 96-bit nonce and a 16-byte tag. A nonce must never be used twice with one key.
enum AESGCM {
    static let nonceLength = 12
    static let tagLength = 16

    /// Writes ciphertext and tag, 16 bytes longer than the plaintext, to `output` at `offset`.
    static func seal(
        _ plaintext: RawSpan, key: borrowing SecretBytes, nonce: RawSpan, associatedData: [UInt8],
        into output: inout MutableRawSpan, at offset: Int = 0
    ) throws(EnvelopeError) {
        let context = try CipherContext(key: key, nonce: nonce, sealing: true)
        try context.authenticate(associatedData)
        try context.process(plaintext, into: &output, at: offset)
        guard context.finish() else { throw libraryFailure("sealing") }
        try context.getTag(into: &output, at: offset + plaintext.byteCount)
    }

    /// The plaintext of `sealed`, which is ciphertext and tag. If the tag is wrong, the decrypted bytes are wiped and
    /// never returned.
    static func open(
        _ sealed: RawSpan, key: borrowing SecretBytes, nonce: RawSpan, associatedData: [UInt8]
    ) throws(EnvelopeError) -> SecretBytes {
        guard sealed.byteCount >= tagLength else { throw .tooShort }
        let context = try CipherContext(key: key, nonce: nonce, sealing: false)
        try context.authenticate(associatedData)
        return try SecretBytes(count: sealed.byteCount - tagLength) { plaintext throws(EnvelopeError) in
            try context.process(sealed.extracting(droppingLast: tagLength), into: &plaintext)
            try context.setTag(sealed.extracting(last: tagLength))
            guard context.finish() else { throw .notAuthentic }
        }
    }
}

/// One sealing or opening. The steps, in order: authenticate, process, (set tag), finish, (get tag).
@safe private struct CipherContext: ~Copyable {
    private let pointer: OpaquePointer

    init(key: borrowing SecretBytes, nonce: RawSpan, sealing: Bool) throws(EnvelopeError) {
        guard key.count == 32, nonce.byteCount == AESGCM.nonceLength else {
            throw .outOfRange("a key has 32 bytes and a nonce 12")
        }
        let algorithm = try unsafe Algorithms.loaded().cipher
        guard let pointer = unsafe EVP_CIPHER_CTX_new() else { throw libraryFailure("making a cipher") }
        let result = key.withSpan { key in
            unsafe key.withUnsafeBytes { key in
                unsafe nonce.withUnsafeBytes { nonce in
                    unsafe EVP_CipherInit_ex2(
                        pointer, algorithm, key.byteAddress, nonce.byteAddress, sealing ? 1 : 0, nil)
                }
            }
        }
        guard result == 1 else {
            unsafe EVP_CIPHER_CTX_free(pointer)
            throw libraryFailure("keying a cipher")
        }
        unsafe self.pointer = pointer
    }

    deinit { unsafe EVP_CIPHER_CTX_free(pointer) }

    func authenticate(_ data: [UInt8]) throws(EnvelopeError) {
        guard !data.isEmpty else { return }
        let count = try length(data.count)
        var written: Int32 = 0
        let result = unsafe data.withUnsafeBufferPointer { data in
            unsafe EVP_CipherUpdate(pointer, nil, &written, data.baseAddress, count)
        }
        guard result == 1 else { throw libraryFailure("authenticating data") }
    }

    /// Writes as many bytes as `input` has to `output` at `offset`.
    func process(_ input: RawSpan, into output: inout MutableRawSpan, at offset: Int = 0) throws(EnvelopeError) {
        precondition(offset >= 0 && offset + input.byteCount <= output.byteCount, "output too small")
        guard input.byteCount > 0 else { return }
        let count = try length(input.byteCount)
        var written: Int32 = 0
        let result = unsafe input.withUnsafeBytes { input in
            unsafe output.withUnsafeMutableBytes { output in
                unsafe EVP_CipherUpdate(
                    pointer, output.byteAddress.map { unsafe $0 + offset }, &written, input.byteAddress, count)
            }
        }
        guard result == 1, written == count else { throw libraryFailure("processing data") }
    }

    /// Whether all steps succeeded; when opening, whether the tag matches.
    func finish() -> Bool {
        var written: Int32 = 0
        var nothing: UInt8 = 0
        let result = unsafe EVP_CipherFinal_ex(pointer, &nothing, &written)
        if result != 1 { ERR_clear_error() }
        return result == 1
    }

    func getTag(into output: inout MutableRawSpan, at offset: Int) throws(EnvelopeError) {
        precondition(offset >= 0 && offset + AESGCM.tagLength <= output.byteCount, "output too small")
        let result = unsafe output.withUnsafeMutableBytes { output in
            unsafe EVP_CIPHER_CTX_ctrl(
                pointer, EVP_CTRL_AEAD_GET_TAG, Int32(AESGCM.tagLength), output.baseAddress.map { unsafe $0 + offset })
        }
        guard result == 1 else { throw libraryFailure("reading a tag") }
    }

    func setTag(_ tag: RawSpan) throws(EnvelopeError) {
        precondition(tag.byteCount == AESGCM.tagLength, "tags are not cut")
        let result = unsafe tag.withUnsafeBytes { tag in
            unsafe EVP_CIPHER_CTX_ctrl(
                pointer, EVP_CTRL_AEAD_SET_TAG, Int32(AESGCM.tagLength),
                UnsafeMutableRawPointer(mutating: tag.baseAddress))  // which the library only reads
        }
        guard result == 1 else { throw libraryFailure("setting a tag") }
    }

    private func length(_ count: Int) throws(EnvelopeError) -> Int32 {
        guard let length = Int32(exactly: count) else { throw .outOfRange("at most 2 GiB can be sealed at once") }
        return length
    }
}
