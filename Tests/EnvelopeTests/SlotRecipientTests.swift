import Domain
import SecretMemory
import Testing

@testable import Envelope

struct SlotRecipientTests {
    private var key: SecretBytes { secret(run(0)) }

    private static func unlockSecret(_ kind: UnlockMethodKind) throws(EnvelopeError) -> UnlockSecret {
        switch kind {
        case .keyFile: .keyFile(secret(run(0, 64)))
        case .passphrase: .passphrase(secret(Array("correct horse".utf8)))
        case .recovery:
            .recovery(
                try secret(Array(frozenRecoveryKey.utf8)).withSpan { typed throws(EnvelopeError) in
                    try RecoveryKey(reading: typed)
                })
        }
    }

    @Test(arguments: UnlockMethodKind.allCases)
    func `another keyring key is wrapped without the secret, which then opens it`(kind: UnlockMethodKind) throws {
        let recipient = try SlotRecipient(id: "1", for: Self.unlockSecret(kind), scrypt: .least)
        let (first, second) = (try recipient.wrap(key), try recipient.wrap(secret(run(7))))
        #expect(try first.unwrap(with: Self.unlockSecret(kind)).constantTimeEquals(key))
        #expect(plain(try second.unwrap(with: Self.unlockSecret(kind))) == run(7))
        #expect(first.bytes != second.bytes)
    }

    @Test func `two seats of one secret have nothing in common`() throws {
        let one = try SlotRecipient(id: "1", for: Self.unlockSecret(.keyFile))
        let two = try SlotRecipient(id: "1", for: Self.unlockSecret(.keyFile))
        #expect(one.publicKey != two.publicKey && one.salt != two.salt)
        #expect(plain(one.share.bytes) != plain(two.share.bytes))
    }

    /// Who once opened the vault has seen all seats. That must not open what is wrapped for them later.
    @Test func `a recipient does not open its own slot`() throws {
        let recipient = try SlotRecipient(id: "1", for: Self.unlockSecret(.keyFile))
        let slot = try recipient.wrap(key)
        for guess in [recipient.publicKey, plain(recipient.share.bytes), run(0)] {
            for shared in [recipient.publicKey, plain(recipient.share.bytes), run(0)] {
                let keys = try WrappingKeys(
                    shared: secret(shared), share: secret(guess), ephemeralKey: Array(slot.bytes[50..<82]),
                    publicKey: recipient.publicKey)
                #expect(throws: EnvelopeError.notAuthentic) { _ = try slot.open(with: keys) }
            }
        }
    }

    @Test func `a slot needs both the private key and the share`() throws {
        let holder = try HolderKeys(Self.unlockSecret(.keyFile), salt: run(1), scrypt: nil)
        let recipient = try SlotRecipient(
            id: "1", kind: .keyFile, salt: run(1), scrypt: nil, publicKey: X25519.publicKey(of: holder.privateKey),
            share: secret(run(9)))
        let slot = try recipient.wrap(key)
        #expect(throws: EnvelopeError.wrongKey) { _ = try slot.unwrap(with: Self.unlockSecret(.keyFile)) }
    }

    /// RFC 7748, §5.2.
    @Test func `a key agreement comes to what the RFC says, from both ends`() throws {
        let scalar = secret(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"))
        let point = hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
        #expect(
            plain(try X25519.agree(scalar, with: point))
                == hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"))
        let other = secret(run(0x40))
        #expect(
            try X25519.agree(scalar, with: X25519.publicKey(of: other)).constantTimeEquals(
                X25519.agree(other, with: X25519.publicKey(of: scalar))))
    }

    @Test func `a public key of low order is refused`() throws {
        for key in [run(0).map { _ in 0 }, [1] + [UInt8](repeating: 0, count: 31)] as [[UInt8]] {
            #expect(throws: EnvelopeError.notAuthentic) { _ = try X25519.agree(secret(run(3)), with: key) }
        }
    }

    @Test func `a recipient of wrong lengths is damaged`() {
        for (salt, publicKey, share) in [(31, 32, 32), (32, 31, 32), (32, 32, 33), (0, 0, 0)] {
            #expect(throws: EnvelopeError.damaged) {
                _ = try SlotRecipient(
                    id: "1", kind: .keyFile, salt: run(0, salt), scrypt: nil, publicKey: run(0, publicKey),
                    share: secret(run(0, share)))
            }
        }
        #expect(throws: EnvelopeError.damaged) {
            _ = try SlotRecipient(
                id: "1", kind: .passphrase, salt: run(0), scrypt: nil, publicKey: run(0), share: secret(run(0)))
        }
    }
}
