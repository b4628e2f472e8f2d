import Domain
import Envelope
import SecretMemory
import TestSupport
import Testing
import Vault

/// An answer sealed outside of the vault: what opens it, and what does not.
@Suite struct SpoolEntryTests {
    private static let answer = "{\"new_secret\":\"the-only-copy\"}\u{FFFD}"

    private struct Sealed {
        let vault: Vault
        let entry: SpoolEntry
        let recovery: UnlockKey
    }

    private static func sealed() async throws -> Sealed {
        let key = RecoveryKey.generateForTest()
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile(), UnlockKey(.recovery(try key()))])
        let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("old"))
        var rotation = Rotation.planned(
            id: "r1", app: app, base: .first, trigger: .operator, overlap: 0, at: Timestamp(unixSeconds: 5))
        rotation.calls = [6, 7].map { Rotation.Call(id: "c\($0)", at: Timestamp(unixSeconds: $0)) }
        let entry = try SpoolEntry(
            SecretBox(answer), to: rotation, of: app, at: Timestamp(unixSeconds: 8), for: vault)
        return Sealed(vault: vault, entry: entry, recovery: UnlockKey(.recovery(try key())))
    }

    @Test func `an answer opens with the vault, and without it by every unlock key`() async throws {
        let sealed = try await Self.sealed()
        let read = try SpoolEntry(reading: sealed.entry.encoded + [UInt8](repeating: 0, count: 999))
        #expect(read == sealed.entry)
        var opened = [try read.open(by: sealed.vault)]
        for way in [.keyFile(), sealed.recovery] { opened.append(try await read.open(with: way)) }
        for found in opened {
            #expect(found.answer.text == Self.answer)
            #expect(found.appName == "zoom" && found.accountID == "account-zoom" && found.clientID == "client-zoom")
            #expect(found.entry.rotationID == "r1" && found.entry.call == 2 && found.entry.at.unixSeconds == 8)
        }
        for way in [UnlockKey.keyFile("x"), UnlockKey(.recovery(try RecoveryKey.generate()))] {
            await #expect { try await read.open(with: way) } throws: { ($0 as? VaultError)?.code == .wrongKey }
        }
        let text = String(decoding: sealed.entry.encoded, as: UTF8.self)
        for secret in ["only-copy", "new_secret", "account-zoom", "client-zoom"] { #expect(!text.contains(secret)) }
    }

    @Test func `no flipped bit makes another answer of it, and none in a copied key slot loses the answer`()
        async throws
    {
        let sealed = try await Self.sealed()
        let bytes = sealed.entry.encoded
        var refused = 0
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            guard let found = try? SpoolEntry(reading: flipped).open(by: sealed.vault) else {
                refused += 1
                continue
            }
            // Beside the seal there are only the copies of what the vault has itself.
            #expect(found.answer.text == Self.answer && found.entry.call == 2 && found.entry.rotationID == "r1")
            #expect(found.entry != sealed.entry, "bit \(bit) means nothing")
        }
        #expect(refused > (Self.answer.utf8.count + 60) * 8, "\(refused) of \(bytes.count * 8)")
    }

    @Test func `sealed to an unlock key, an answer with a flipped bit is not read as another`() async throws {
        let sealed = try await Self.sealed()
        let bytes = sealed.entry.encoded
        for place in 0..<bytes.count {
            var flipped = bytes
            flipped[place] ^= 1 << (place % 8)
            let entry = try? SpoolEntry(reading: flipped)
            if let found = try? await entry?.open(with: .keyFile()) { #expect(found.answer.text == Self.answer) }
        }
    }

    @Test func `cut off at any length it is refused`() async throws {
        let sealed = try await Self.sealed()
        let bytes = sealed.entry.encoded
        for length in 0..<bytes.count {
            let zeros = [UInt8](repeating: 0, count: bytes.count - length)
            for torn in [Array(bytes[..<length]), bytes[..<length] + zeros] where torn != bytes {
                #expect(throws: VaultError.self, "\(length)") { try SpoolEntry(reading: torn).open(by: sealed.vault) }
            }
        }
    }
}

extension RecoveryKey {
    /// Makes the same key again and again: a secret has one owner.
    fileprivate static func generateForTest() -> () throws -> RecoveryKey {
        let text = try? SecretBox(RecoveryKey.generate().rendered())
        return { try (text ?? SecretBox("")).bytes.withSpan { span in try RecoveryKey(reading: span) } }
    }
}
