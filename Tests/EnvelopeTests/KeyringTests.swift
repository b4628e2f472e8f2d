import SecretMemory
import Testing

@testable import Envelope

struct KeyringTests {
    @Test func `epochs grow, and a dropped number does not come back`() throws {
        let first = try Keyring.generate()
        #expect(first.epochNumbers == [1])
        let three = try first.addingEpoch().addingEpoch()
        #expect(three.epochNumbers == [1, 2, 3])
        let dropped = try three.droppingEpoch(2)
        #expect(dropped.epochNumbers == [1, 3])
        #expect(try dropped.addingEpoch().epochNumbers == [1, 3, 4])
        #expect(throws: EnvelopeError.currentEpoch(3)) { try dropped.droppingEpoch(3) }
        #expect(throws: EnvelopeError.unknownEpoch(2)) { try dropped.droppingEpoch(2) }
        let last = try Keyring(epochs: [Epoch(.max, key: secret(run(0)))], integrityKey: first.integrityKey)
        #expect(throws: EnvelopeError.outOfRange("no key epoch follows the last one")) { try last.addingEpoch() }
    }

    @Test func `rows of an older epoch open until it is dropped`() throws {
        let old = try Keyring.generate()
        let sealed = try old.seal(run(0))
        let new = try old.addingEpoch()
        #expect(new.currentEpoch == 2)
        #expect(new.opened(sealed) == .success(run(0)))
        #expect(try new.droppingEpoch(1).opened(sealed) == .failure(.unknownEpoch(1)))
        #expect(old.opened(try new.seal(run(0))) == .failure(.unknownEpoch(2)))
    }

    @Test func `a stored keyring opens with its key and does what it did`() throws {
        let keyring = try Keyring.generate().addingEpoch()
        let key = try Random.secret()
        let stored = try keyring.sealed(under: key)
        let opened = try open(stored, under: key)
        #expect(opened.epochNumbers == [1, 2])
        #expect(opened.opened(try keyring.seal(run(0))) == .success(run(0)))
        #expect(try digest(opened) == digest(keyring))
        #expect(try keyring.sealed(under: key) != stored, "each sealing has a nonce of its own")
    }

    @Test func `a stored keyring does not open with another key, changed, or cut`() throws {
        let key = secret(run(0))
        let stored = try Keyring.generate().sealed(under: key)
        #expect(failure(stored, under: secret(run(1))) == .notAuthentic)
        #expect(failure(stored, under: secret(run(0, 31))) == .outOfRange("a key has 32 bytes and a nonce 12"))
        for bit in 0..<stored.count * 8 {
            let flipped = stored.mapping(bit / 8) { $0 ^ 1 << UInt8(bit % 8) }
            #expect(failure(flipped, under: key) == (bit < 8 ? .unknownFormat : .notAuthentic))
        }
        for count in 0..<stored.count {
            #expect(failure(Array(stored.prefix(count)), under: key) == (count < 29 ? .tooShort : .notAuthentic))
        }
        #expect(failure(stored + [0], under: key) == .notAuthentic)
    }

    /// The blobs are sealed rightly, so that only the structure can be refused.
    @Test(arguments: [
        [], run(0, 31), run(0, 32), run(0, 32) + run(0, 35), run(0, 32) + run(0, 37),
        run(0, 32) + [0, 0, 0, 0] + run(0, 32),
        run(0, 32) + [0, 0, 0, 2] + run(0, 32) + [0, 0, 0, 2] + run(0, 32),
        run(0, 32) + [0, 0, 0, 2] + run(0, 32) + [0, 0, 0, 1] + run(0, 32),
    ])
    func `a keyring of a wrong structure is damaged`(content: [UInt8]) throws {
        let key = secret(run(0))
        let stored = try secret(content).withSpan { content throws(EnvelopeError) in
            try Seal.seal(content, header: [1], associatedData: [UInt8](texts: "keyturn keyring v1"), key: key)
        }
        #expect(failure(stored, under: key) == .damaged)
    }

    @Test func `a sealed row does not pass for a keyring, nor a keyring for a slot's key`() throws {
        let keyring = try Keyring.generate()
        let key = try keyring.epochs[0].rowKey(table: "app", row: "1")
        #expect(failure(try keyring.seal(run(0, 68)), under: key) == .notAuthentic)
    }

    // MARK: Derived

    @Test func `a set digest finds a row deleted, put back, exchanged or moved`() throws {
        let keyring = try Keyring.generate()
        let rows = try (0..<5).map { ("\($0)", try keyring.seal([UInt8($0)], row: "\($0)")) }
        let whole = try digest(keyring, rows)
        let resealed = try keyring.seal([0], row: "0")
        #expect(try digest(keyring, rows.reversed()) == whole)
        #expect(try digest(keyring, rows.dropLast()) != whole)
        #expect(try digest(keyring, rows + [("5", rows[0].1)]) != whole)
        #expect(try digest(keyring, rows.mapping(0) { _ in ("0", resealed) }) != whole)
        #expect(try digest(keyring, [("0", rows[1].1), ("1", rows[0].1)] + rows[2...]) != whole)
        #expect(try digest(keyring, table: "client", rows) != whole)
        #expect(try digest(Keyring.generate(), rows) != whole)

        var changed = whole
        let last = try digest(keyring, [rows[4]])
        changed.combine(last)
        #expect(try changed == digest(keyring, rows.dropLast()))
        changed.combine(last)
        #expect(changed == whole)
    }

    @Test func `a set digest survives storage and takes nothing else`() throws {
        let digest = try digest(Keyring.generate())
        #expect(digest.bytes.count == 32)
        #expect(
            try SetDigest(bytes: digest.bytes) == digest)
        #expect(SetDigest().bytes == [UInt8](repeating: 0, count: 32))
        for bit in 0..<256 {
            let flipped = digest.bytes.mapping(bit / 8) { $0 ^ 1 << UInt8(bit % 8) }
            #expect(try SetDigest(bytes: flipped) != digest)
        }
        for count in [0, 31, 33] {
            #expect(throws: EnvelopeError.damaged) {
                try SetDigest(bytes: run(0, count))
            }
        }
    }

    @Test func `derived keys depend on label and vault, and outlive epochs`() throws {
        let keyring = try Keyring.generate()
        let audit = try keyring.derive(label: "audit")
        #expect(audit.count == 32)
        #expect(try keyring.addingEpoch().derive(label: "audit").constantTimeEquals(audit))
        #expect(try !keyring.derive(label: "audits").constantTimeEquals(audit))
        #expect(try !Keyring.generate().derive(label: "audit").constantTimeEquals(audit))
    }

    @Test func `equal secrets of one vault have equal fingerprints, others not`() throws {
        let keyring = try Keyring.generate()
        let fingerprint = try keyring.fingerprint(of: secret(run(0)))
        #expect(fingerprint.utf8.count == 12)
        #expect(fingerprint.allSatisfy { $0.isHexDigit && !$0.isUppercase })
        #expect(try keyring.addingEpoch().fingerprint(of: secret(run(0))) == fingerprint)
        #expect(try keyring.fingerprint(of: secret(run(1))) != fingerprint)
        #expect(try Keyring.generate().fingerprint(of: secret(run(0))) != fingerprint)
        #expect(try keyring.fingerprint(of: secret([])) != fingerprint)
    }

    private func digest(
        _ keyring: Keyring, table: String = "app", _ rows: some Sequence<(String, [UInt8])> = [("1", run(0))]
    ) throws -> SetDigest {
        try rows.reduce(into: SetDigest()) { digest, row in
            digest.combine(
                try keyring.rowDigest(table: table, row: row.0, sealed: row.1))
        }
    }
}

private func open(_ stored: [UInt8], under key: borrowing SecretBytes) throws(EnvelopeError) -> Keyring {
    try Keyring(opening: stored, under: key)
}

private func failure(_ stored: [UInt8], under key: borrowing SecretBytes) -> EnvelopeError? {
    do {
        _ = try open(stored, under: key)
        return nil
    } catch {
        return error
    }
}
