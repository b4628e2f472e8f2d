import Domain
import SecretMemory
import Testing

@testable import Envelope

struct KeySlotTests {
    private var key: SecretBytes { secret(run(0)) }

    private static func unlockSecret(_ kind: UnlockMethodKind, other: Bool = false) throws(EnvelopeError)
        -> UnlockSecret
    {
        switch kind {
        case .keyFile: .keyFile(secret(run(other ? 1 : 0, 64)))
        case .passphrase: .passphrase(secret(Array((other ? "Correct horse" : "correct horse").utf8)))
        case .recovery: .recovery(try other ? RecoveryKey.generate() : recoveryKey())
        }
    }

    private static func recoveryKey() throws(EnvelopeError) -> RecoveryKey {
        try secret(Array(frozenRecoveryKey.utf8)).withSpan { typed throws(EnvelopeError) in
            try RecoveryKey(reading: typed)
        }
    }

    private func slot(_ kind: UnlockMethodKind) throws -> KeySlot {
        try KeySlot.wrap(key, id: "host-a", with: Self.unlockSecret(kind), scrypt: .least)
    }

    @Test(arguments: UnlockMethodKind.allCases)
    func `a slot opens with its secret, as made and as stored`(kind: UnlockMethodKind) throws {
        let slot = try slot(kind)
        let stored = try KeySlot(bytes: slot.bytes)
        #expect(stored == slot)
        #expect(stored.id == "host-a")
        #expect(stored.kind == kind)
        #expect(stored.scrypt == (kind == .passphrase ? .least : nil))
        #expect(try stored.unwrap(with: Self.unlockSecret(kind)).constantTimeEquals(key))
        #expect(try self.slot(kind).bytes != slot.bytes, "each slot has a salt and a nonce of its own")
    }

    @Test(arguments: UnlockMethodKind.allCases)
    func `another secret, or one of another kind, is a wrong key`(kind: UnlockMethodKind) throws {
        let slot = try slot(kind)
        #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: Self.unlockSecret(kind, other: true)) }
        for other in UnlockMethodKind.allCases where other != kind {
            #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: Self.unlockSecret(other)) }
        }
    }

    @Test func `a secret opens only slots of its own kind even if its bytes are the same`() throws {
        let bytes = run(0xf0, 20) + run(0, 12)
        let slot = try KeySlot.wrap(key, id: "a", with: .keyFile(secret(bytes)))
        #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: .passphrase(secret(bytes))) }
        // Derived for another kind, the same bytes give another key.
        let renamed = try Self.resealed(slot.bytes) { Self.replacing("key-file", by: "recovery", in: $0) }
        #expect(throws: EnvelopeError.wrongKey) { _ = try renamed.unwrap(with: Self.unlockSecret(.recovery)) }
    }

    @Test(arguments: UnlockMethodKind.allCases)
    func `a stored slot with any bit flipped, or cut anywhere, is damaged`(kind: UnlockMethodKind) throws {
        let bytes = try slot(kind).bytes
        for bit in 0..<bytes.count * 8 {
            let flipped = bytes.mapping(bit / 8) { $0 ^ 1 << UInt8(bit % 8) }
            let expected = bit < 8 ? EnvelopeError.unknownFormat : .damaged
            #expect(throws: expected) { _ = try KeySlot(bytes: flipped) }
        }
        for count in 0..<bytes.count {
            #expect(throws: count < 9 ? EnvelopeError.tooShort : .damaged) {
                _ = try KeySlot(bytes: Array(bytes.prefix(count)))
            }
        }
        #expect(throws: EnvelopeError.damaged) { _ = try KeySlot(bytes: bytes + [0]) }
    }

    /// Whoever changes a slot on purpose also mends its checksum.
    @Test(arguments: UnlockMethodKind.allCases)
    func `a slot changed on purpose opens with nothing`(kind: UnlockMethodKind) throws {
        let bytes = try slot(kind).bytes.dropLast(8)
        let parameters = kind == .passphrase ? bytes.count - 95..<bytes.count - 92 : 0..<0
        var opened = 0
        // Every byte for the quick kinds, every seventh where each try takes scrypt's time.
        for index in stride(from: 1, to: bytes.count, by: kind == .passphrase ? 7 : 1)
        where !parameters.contains(index) {
            do throws(EnvelopeError) {
                let slot = try Self.resealed(Array(bytes) + run(0, 8)) { $0.mapping(index) { $0 ^ 1 } }
                _ = try slot.unwrap(with: Self.unlockSecret(kind))
                opened += 1
            } catch {
                #expect([.wrongKey, .damaged, .unknownFormat].contains(error), "byte \(index): \(error)")
            }
        }
        #expect(opened == 0)
    }

    @Test(
        arguments: [
            (13, 8, 1), (21, 8, 1), (63, 8, 1), (255, 8, 1), (0, 8, 1), (17, 7, 1), (17, 17, 1), (17, 255, 1),
            (17, 0, 1),
            (17, 8, 0), (17, 8, 5), (17, 8, 255), (20, 9, 1), (20, 16, 4),
        ] as [(UInt8, UInt8, UInt8)])
    func `a slot cannot ask for the machine's memory or for too little work`(logN: UInt8, r: UInt8, p: UInt8) throws {
        let bytes = try slot(.passphrase).bytes
        #expect(
            throws: EnvelopeError.outOfRange(
                "scrypt takes N of 2^14 to 2^20, r of 8 to 16, p of 1 to 4 and 1 GiB at most")
        ) {
            _ = try Self.resealed(bytes) { $0.replacing(at: $0.count - 95, with: [logN, r, p]) }
        }
    }

    @Test(arguments: [(14, 8, 1), (17, 8, 1), (14, 16, 4), (19, 16, 4), (20, 8, 4)] as [(UInt8, UInt8, UInt8)])
    func `parameters up to a gigabyte are taken`(logN: UInt8, r: UInt8, p: UInt8) throws {
        #expect(try ScryptParameters(logN: logN, r: r, p: p).memory <= 1 << 30 + 1 << 20)
    }

    @Test func `parameters within bounds but changed do not open the slot`() throws {
        let slot = try Self.resealed(slot(.passphrase).bytes) { $0.replacing(at: $0.count - 95, with: [15, 8, 1]) }
        #expect(slot.scrypt?.logN == 15)
        #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: Self.unlockSecret(.passphrase)) }
    }

    @Test func `a slot's id is authenticated`() throws {
        let renamed = try Self.resealed(slot(.keyFile).bytes) { Self.replacing("host-a", by: "host-b", in: $0) }
        #expect(renamed.id == "host-b")
        #expect(throws: EnvelopeError.wrongKey) { _ = try renamed.unwrap(with: Self.unlockSecret(.keyFile)) }
    }

    @Test func `a kind of a newer version is an unknown format`() throws {
        let bytes = try slot(.keyFile).bytes
        #expect(throws: EnvelopeError.unknownFormat) {
            _ = try Self.resealed(bytes) { Self.replacing("key-file", by: "key-card", in: $0) }
        }
    }

    @Test func `new slots refuse weak secrets and odd names`() throws {
        func wrapping(_ secret: borrowing UnlockSecret, id: String = "a", key: [UInt8] = run(0)) -> EnvelopeError? {
            do {
                _ = try KeySlot.wrap(SecretBytes(copying: key), id: id, with: secret, scrypt: .least)
                return nil
            } catch { return error }
        }
        #expect(wrapping(.keyFile(secret(run(0, 32)))) == nil)
        #expect(wrapping(.keyFile(secret(run(0, 4096)))) == nil)
        #expect(wrapping(.passphrase(secret(run(0, 12)))) == nil)
        #expect(wrapping(.passphrase(secret(run(0, 1024)))) == nil)
        for count in [0, 31, 4097] {
            #expect(wrapping(.keyFile(secret(run(0, count)))) == .outOfRange("a key file has 32 to 4096 bytes"))
        }
        for count in [0, 11, 1025] {
            #expect(wrapping(.passphrase(secret(run(0, count)))) == .outOfRange("a passphrase has 12 to 1024 bytes"))
        }
        for id in ["", String(repeating: "é", count: 128)] {
            #expect(
                wrapping(.keyFile(secret(run(0))), id: id) == .outOfRange("the id of a key slot has 1 to 255 bytes"))
        }
        #expect(wrapping(.keyFile(secret(run(0))), key: run(0, 31)) == .outOfRange("a keyring key has 32 bytes"))
    }

    @Test func `a short passphrase at a slot is a wrong key, a huge one is refused`() throws {
        let slot = try slot(.passphrase)
        #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: .passphrase(secret([]))) }
        #expect(throws: EnvelopeError.outOfRange("a passphrase has at most 1024 bytes")) {
            _ = try slot.unwrap(with: .passphrase(secret(run(0, 1025))))
        }
    }

    @Test func `two vaults' slots cannot be exchanged part by part`() throws {
        let (one, two) = (try slot(.keyFile).bytes, try slot(.keyFile).bytes)
        let mixed = try Self.resealed(one) { $0.dropLast(60) + two.dropLast(8).suffix(60) }
        #expect(throws: EnvelopeError.wrongKey) { _ = try mixed.unwrap(with: Self.unlockSecret(.keyFile)) }
    }

    /// AES-GCM seals under a key and does not say which: with enough work one blob opens under many, and who hands it to
    /// the daemon learns with one unlocking whether the passphrase was among a thousand. What is committed to one key is not
    /// even tried with another, though it would open.
    @Test func `a slot that opens under a key which it is not committed to is a wrong key`() throws {
        let one = try SlotRecipient(id: "1", for: Self.unlockSecret(.passphrase), scrypt: .least)
        let ephemeral = secret(run(3))
        let ephemeralKey = try X25519.publicKey(of: ephemeral)
        let own = try WrappingKeys(
            shared: X25519.agree(ephemeral, with: one.publicKey), share: one.share.bytes, ephemeralKey: ephemeralKey,
            publicKey: one.publicKey)
        let slot = try KeySlot(wrapping: key, for: one, ephemeralKey: ephemeralKey, keys: own)
        #expect(try slot.unwrap(with: Self.unlockSecret(.passphrase)).constantTimeEquals(key))

        let headerLength = slot.bytes.count - 8 - 60
        let header = Array(slot.bytes[..<(headerLength - 32)]) + run(0xc0)
        let forged = try Self.resealed(slot.bytes) { _ in
            (try? key.withSpan { try Seal.seal($0, header: header, key: own.key) }) ?? []
        }
        let opened = try Seal.open(
            unsafe forged.bytes.span.bytes.extracting(droppingLast: 8), headerLength: headerLength, key: own.key)
        #expect(plain(opened) == plain(key), "the seal alone would open")
        #expect(throws: EnvelopeError.wrongKey) { _ = try forged.unwrap(with: Self.unlockSecret(.passphrase)) }
    }

    /// scrypt hashes a long passphrase first, and fills a short one up with zeros.
    @Test(
        arguments: [
            (
                Array(String(repeating: "0123456789", count: 7).utf8),
                hex("57445fa40b08c60cdcba7ca39c756de614d11482e3f15a925f548688c19e58f4")
            ),
            (Array("correct horse".utf8), Array("correct horse\0".utf8)),
        ] as [([UInt8], [UInt8])])
    func `two passphrases that are one to scrypt do not open one slot`(one: [UInt8], other: [UInt8]) throws {
        let salt = run(5)
        let slow = try [one, other].map {
            plain(try UnlockSecret.passphrase(secret($0)).baseKey(salt: salt, scrypt: .least))
        }
        #expect(slow[0] == slow[1])
        let slot = try KeySlot.wrap(key, id: "a", with: .passphrase(secret(one)), scrypt: .least)
        #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: .passphrase(secret(other))) }
    }

    /// A slot changed, with the checksum made to fit.
    private static func resealed(
        _ bytes: [UInt8], _ change: ([UInt8]) -> [UInt8]
    ) throws(EnvelopeError) -> KeySlot {
        let changed = change(bytes.dropLast(8))
        return try KeySlot(
            bytes: changed + Checksum.of(changed, purpose: "keyturn key slot checksum v1", count: 8))
    }

    private static func replacing(_ text: String, by other: String, in bytes: [UInt8]) -> [UInt8] {
        guard let start = bytes.firstRange(of: Array(text.utf8))?.lowerBound else { return bytes }
        return bytes.replacing(at: start, with: Array(other.utf8))
    }
}

extension [UInt8] {
    fileprivate func replacing(at start: Int, with other: [UInt8]) -> [UInt8] {
        Array(self[..<start]) + other + self[(start + other.count)...]
    }
}
