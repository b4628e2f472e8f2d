import Foundation
import SecretMemory
import Testing

@testable import Envelope

/// Answers that others published. The RFCs' were checked with the files of the Python package
/// cryptography_vectors 48.0.0; the ones of NIST come from there.
struct KnownAnswerTests {
    @Test func `AES-256-GCM seals as NIST's vectors do`() throws {
        let vectors = try vectors(of: "gcmEncryptExtIV256.rsp")
        #expect(vectors.count == 25)
        for vector in vectors {
            let plaintext = secret(vector["PT"])
            var sealed = [UInt8](repeating: 0, count: plaintext.count + 16)
            var span = sealed.mutableSpan
            var output = unsafe span.mutableBytes
            try plaintext.withSpan { plaintext throws(EnvelopeError) in
                try secret(vector["IV"]).withSpan { nonce throws(EnvelopeError) in
                    try AESGCM.seal(
                        plaintext, key: secret(vector["Key"]), nonce: nonce, associatedData: vector["AAD"],
                        into: &output)
                }
            }
            #expect(sealed == vector["CT"] + vector["Tag"], "\(vector.name)")
        }
    }

    @Test func `AES-256-GCM opens what NIST's vectors open and refuses the rest`() throws {
        let vectors = try vectors(of: "gcmDecrypt256.rsp")
        #expect(vectors.count == 50)
        #expect(vectors.count { $0.mustFail } == 25)
        for vector in vectors {
            var opened: [UInt8]?
            var failure: EnvelopeError?
            do throws(EnvelopeError) {
                opened = plain(
                    try secret(vector["CT"] + vector["Tag"]).withSpan { sealed throws(EnvelopeError) in
                        try secret(vector["IV"]).withSpan { nonce throws(EnvelopeError) in
                            try AESGCM.open(
                                sealed, key: secret(vector["Key"]), nonce: nonce, associatedData: vector["AAD"])
                        }
                    })
            } catch { failure = error }
            #expect(opened == (vector.mustFail ? nil : vector["PT"]), "\(vector.name)")
            #expect(failure == (vector.mustFail ? .notAuthentic : nil), "\(vector.name)")
        }
    }

    /// RFC 4231, section 4: test cases 1 to 4, 6 and 7 (5 is about cut codes, which are not used here).
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), Array("Hi There".utf8),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            run(1, 25), [UInt8](repeating: 0xcd, count: 50),
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131),
            Array(
                ("This is a test using a larger than block-size key and a larger than block-size data. "
                    + "The key needs to be hashed before being used by the HMAC algorithm.").utf8),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ])
    func `HMAC-SHA256 gives RFC 4231's codes`(key: [UInt8], message: [UInt8], code: String) throws {
        let key = try MACKey(secret(key))
        #expect(plain(try key.code(of: message)) == hex(code))
        #expect(plain(try key.code(of: message)) == hex(code), "a key serves more than once")
    }

    /// RFC 5869, appendix A: test cases 1 to 3, those with SHA-256.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 22), run(0, 13), run(0xf0, 10),
            "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        ),
        (
            run(0, 80), run(0x60, 80), run(0xb0, 80),
            "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
                + "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
        (
            [UInt8](repeating: 0x0b, count: 22), [], [],
            "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
        ),
    ])
    func `HKDF-SHA256 gives RFC 5869's keys`(
        secret input: [UInt8], salt: [UInt8], info: [UInt8], extracted: String, expanded: String
    ) throws {
        let key = try secret(input).withSpan { input throws(EnvelopeError) in try HKDF.extract(input, salt: salt) }
        #expect(plain(key) == hex(extracted))
        let expected = hex(expanded)
        #expect(plain(try HKDF.expand(MACKey(key), info: info, count: expected.count)) == expected)
    }

    @Test(arguments: [0, -1, 8161])
    func `HKDF refuses a length that the RFC does not know`(count: Int) throws {
        let key = try MACKey(secret(run(0)))
        #expect(throws: EnvelopeError.outOfRange("a derived key has 1 to 8160 bytes")) {
            _ = try HKDF.expand(key, info: [], count: count)
        }
        #expect(try HKDF.expand(key, info: [], count: 8160).count == 8160)
    }

    /// RFC 7914, section 12: the first three of four (the last takes a gigabyte).
    @Test(arguments: [
        (
            "", "", 16, 1, 1,
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"
        ),
        (
            "password", "NaCl", 1024, 8, 16,
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"
        ),
        (
            "pleaseletmein", "SodiumChloride", 16384, 8, 1,
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
                + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887"
        ),
    ])
    func `scrypt gives RFC 7914's keys`(
        passphrase: String, salt: String, n: UInt64, r: UInt64, p: UInt64, key: String
    ) throws {
        let memory = 128 * r * (n + 2 + p)
        let derived = try secret(Array(passphrase.utf8)).withSpan { passphrase throws(EnvelopeError) in
            try scrypt(passphrase, salt: Array(salt.utf8), n: n, r: r, p: p, memory: memory, count: 64)
        }
        #expect(plain(derived) == hex(key))
    }

    @Test func `scrypt takes no more memory than it is given`() throws {
        let passphrase = secret(Array("pleaseletmein".utf8))
        let needed = ScryptParameters.least.memory
        #expect(throws: EnvelopeError.self) {
            _ = try passphrase.withSpan { passphrase throws(EnvelopeError) in
                try scrypt(passphrase, salt: run(0), n: 1 << 14, r: 8, p: 1, memory: needed - 1)
            }
        }
    }
}

/// One entry of a file of NIST's.
private struct Vector {
    let name: String
    let fields: [String: [UInt8]]
    let mustFail: Bool

    subscript(field: String) -> [UInt8] { fields[field] ?? [] }
}

private func vectors(of file: String) throws -> [Vector] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
    let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    // The first entry is a comment.
    return text.split(separator: "\n\n").dropFirst().map { entry in
        let lines = entry.split(separator: "\n")
        let fields = lines.dropFirst().map { $0.split(separator: " = ") }.map {
            (String($0[0].prefix { $0 != " " }), $0.count > 1 ? hex(String($0[1])) : [])
        }
        return Vector(
            name: String(lines[0]), fields: Dictionary(uniqueKeysWithValues: fields), mustFail: lines.last == "FAIL")
    }
}
