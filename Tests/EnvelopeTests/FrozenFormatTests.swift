import SecretMemory
import Testing

@testable import Envelope

// What was stored once opens for ever. These were not made by this code but by a second implementation of the
// formats, sixty lines of Python over the package cryptography 48 (AESGCM, HKDF, Scrypt) and the standard library's
// hmac, from keys, salts and nonces that count up. It also opened what this code had sealed. When one of these tests
// fails the format has changed: give the new one a new format byte and keep reading the old one.

/// The bytes f0, f1 … 03.
let frozenRecoveryKey = "Y3RZ-5WZM-YQVF-FY7S-ZBXZ-SZFY-ZW00-20G3-489R"

struct FrozenFormatTests {
    /// Under the key 00 … 1f: integrity key 20 … 3f, epoch 1 with 40 … 5f, epoch 2 with 60 … 7f.
    private let keyring = hex(
        "01c0c1c2c3c4c5c6c7c8c9cacb20690544535db079b0f0d7891e81c6797c42d10c08d7298d12fa71310b404189bc9697a6329a07408c"
            + "08125eb18d2fc2c1289135829cf24ad0707887babe61465171d562e9c67cae02f47a7f903279e12d2fc0c4aa604be2d35fc660c2"
            + "3965b5b8f80adc3a71b5d7a86e73bbb7e4a250b1cec3bb047326fb")

    private let row = hex(
        "0100000001a0a1a2a3a4a5a6a7a8a9aaabcc090eb064d0d6434be8de41d21074dd2c16104f5ff8c9861624f69592766184")

    private func opened() throws -> Keyring { try Keyring(opening: keyring, under: secret(run(0))) }

    @Test func `the frozen keyring and rows open`() throws {
        let keyring = try opened()
        #expect(keyring.epochNumbers == [1, 2])
        let columns: AssociatedData = ["state": .text("live"), "due": .integer(-2), "note": .null]
        #expect(
            keyring.opened(row, table: "app", row: "zoom-1", associatedData: columns)
                == .success(Array("frozen plaintext".utf8)))
        let empty = hex("0100000002b0b1b2b3b4b5b6b7b8b9babb8898bceb812f0ee2965379bebefbd6a6")
        #expect(keyring.opened(empty, table: "app", row: "zürich") == .success([]))
    }

    @Test func `the frozen digest, key and fingerprint come out`() throws {
        let keyring = try opened()
        #expect(
            try keyring.rowDigest(table: "app", row: "zoom-1", sealed: row).bytes
                == hex("ba5eb00b3e6bd65fdbfd0d5e413a8b478f122b25261da9dc8c83cb1f4aa7fe2e"))
        #expect(
            plain(try keyring.derive(label: "audit"))
                == hex("fb5c866fe83d872d904268419c69accf3403640c0a285a63eb139c65cef3a719"))
        #expect(try keyring.fingerprint(of: secret(Array("a secret".utf8))) == "e61487e11cc2")
    }

    @Test func `the frozen slots open`() throws {
        let keyFile = try KeySlot(
            bytes: hex(
                "01000000086b65792d66696c6500000006686f73742d61d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9ea"
                    + "ebecedeeef3f3e5f6d86926c9c128cf84581574f96840d98ee5ab53b1ec3b76e2bb25b945e27834845b7355f8df910fcf3ad"
                    + "75513aaee43eb78a29088a07e50471c102e559e0e1e2e3e4e5e6e7e8e9eaebaed30412f5c8ebfcea57ccf975fe492b933ff9"
                    + "826b058eab28f62685676495cfb39c1cc099bdc32decd3bafe6d668b92aa84d91ac865aa30"))
        #expect(keyFile.id == "host-a")
        #expect(plain(try keyFile.unwrap(with: .keyFile(secret(run(0x80))))) == run(0))

        let passphrase = try KeySlot(
            bytes: hex(
                "010000000a7061737370687261736500000004616e6e61d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9ea"
                    + "ebecedeeef3f3e5f6d86926c9c128cf84581574f96840d98ee5ab53b1ec3b76e2bb25b945e0e08018f799ad8af87ff455235"
                    + "9e65343e16dc08df2dfc488cb6794e25d495092d56f1e0e1e2e3e4e5e6e7e8e9eaeb100f34df409e5ad02d88b7cff5ac23de"
                    + "2a6cd02cffab6387167fb92934c6656eda7f88438d6b8903c33fc4e1e0f3d2e8fd3c958221611a27"))
        #expect(passphrase.scrypt == .least)
        let words = secret(Array("correct horse battery staple".utf8))
        #expect(plain(try passphrase.unwrap(with: .passphrase(words))) == run(0))

        let recovery = try KeySlot(
            bytes: hex(
                "01000000087265636f766572790000000473616665d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebec"
                    + "edeeef3f3e5f6d86926c9c128cf84581574f96840d98ee5ab53b1ec3b76e2bb25b945ed0c08c00ae9ab003bfb6f8926b9b03"
                    + "3ca9d1145a6c499125292492a615e4cdf6e0e1e2e3e4e5e6e7e8e9eaebae2decc4d0e76b9bd57a3ed1bcad32386b37433a71"
                    + "df5c5a3a52885118cf99d2b84b7607389fe40639022bc9c5a2ad116a22438d6ed9544b"))
        let key = try secret(Array(frozenRecoveryKey.utf8)).withSpan { typed throws(EnvelopeError) in
            try RecoveryKey(reading: typed)
        }
        #expect(text(try key.rendered()) == frozenRecoveryKey)
        #expect(plain(try recovery.unwrap(with: .recovery(key))) == run(0))
    }
}
