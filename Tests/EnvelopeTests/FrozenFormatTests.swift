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
                "03000000086b65792d66696c6500000006686f73742d61d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9ea"
                    + "ebecedeeef3f3e5f6d86926c9c128cf84581574f96840d98ee5ab53b1ec3b76e2bb25b945ea53c8e093d0a02baa01e3a6df2"
                    + "eeb116c48699335783ab6ebc04dd592b52626be0e1e2e3e4e5e6e7e8e9eaeb6c8ceb67020aa97a4335c63f31435c8a5b6696"
                    + "0a102333141cbf1c58430a9ff55421f373c8146ca7350cab934189a0b2449359f1944ec69c"))
        #expect(keyFile.id == "host-a" && !keyFile.isOld)
        #expect(plain(try keyFile.unwrap(with: .keyFile(secret(run(0x80))))) == run(0))

        let passphrase = try KeySlot(
            bytes: hex(
                "030000000a7061737370687261736500000004616e6e61d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9ea"
                    + "ebecedeeef3f3e5f6d86926c9c128cf84581574f96840d98ee5ab53b1ec3b76e2bb25b945e0e08010adf4ec6f1318934c7b8"
                    + "c644e5e0e70528c45adffaecf00a0b96d74376aca3e3e0e1e2e3e4e5e6e7e8e9eaeb1563393f7ccf2f1b909319b48d5dde4f"
                    + "90109e6aae6bac2c839951d7a766ad2780424b73330a9dc51cf0050c29586294a3760fadb1df1e44"))
        #expect(passphrase.scrypt == .least && !passphrase.isOld)
        let words = secret(Array("correct horse battery staple".utf8))
        #expect(plain(try passphrase.unwrap(with: .passphrase(words))) == run(0))

        let recovery = try KeySlot(
            bytes: hex(
                "03000000087265636f766572790000000473616665d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebec"
                    + "edeeef3f3e5f6d86926c9c128cf84581574f96840d98ee5ab53b1ec3b76e2bb25b945e1636847b21d68db43f12384121dc75"
                    + "36c45a00c6b0f3f127b42d8e804a13e4f1e0e1e2e3e4e5e6e7e8e9eaeba9644a4f29954878c35e71e22d3cb4137ce3817f50"
                    + "020a9cc609c1f77eb780c6669ba790e69c1031b4e699a2ac5fd545ec3e1de0424d8833"))
        let key = try secret(Array(frozenRecoveryKey.utf8)).withSpan { typed throws(EnvelopeError) in
            try RecoveryKey(reading: typed)
        }
        #expect(plain(try recovery.unwrap(with: .recovery(key))) == run(0))
    }

    @Test func `the frozen slots of the old format open`() throws {
        let keyFile = try KeySlot(
            bytes: hex(
                "01000000086b65792d66696c6500000006686f73742d61d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9ea"
                    + "ebecedeeefe0e1e2e3e4e5e6e7e8e9eaebbc08e5fe95a9f59001f7f9abf8b71f1696a5ea15128db610170bdf828e3f5c"
                    + "6be7f32fbde2c6f54d1ef35caafffa69acc355aeeedd08d48f"))
        #expect(keyFile.id == "host-a" && keyFile.isOld)
        #expect(plain(try keyFile.unwrap(with: .keyFile(secret(run(0x80))))) == run(0))

        let passphrase = try KeySlot(
            bytes: hex(
                "010000000a7061737370687261736500000004616e6e61d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9ea"
                    + "ebecedeeef0e0801e0e1e2e3e4e5e6e7e8e9eaebe565407a892f3ab02d8dca7c3ae76a18d4a45ac4c80ad3dc0e616139"
                    + "eabcc938d2c3cb71fad7264e67c48afbc6d78c388fec7ae91b292b2d"))
        #expect(passphrase.scrypt == .least)
        let words = secret(Array("correct horse battery staple".utf8))
        #expect(plain(try passphrase.unwrap(with: .passphrase(words))) == run(0))

        let recovery = try KeySlot(
            bytes: hex(
                "01000000087265636f766572790000000473616665d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebec"
                    + "edeeefe0e1e2e3e4e5e6e7e8e9eaebbb526a613127e9d95c2173d874016270bb2c77caa4bcb78a5aed938bc8ff1e1da0"
                    + "e31851bf7989bae65aa5c6964a452cfb8cde25e70caec2"))
        let key = try secret(Array(frozenRecoveryKey.utf8)).withSpan { typed throws(EnvelopeError) in
            try RecoveryKey(reading: typed)
        }
        #expect(text(try key.rendered()) == frozenRecoveryKey)
        #expect(plain(try recovery.unwrap(with: .recovery(key))) == run(0))
    }
}
