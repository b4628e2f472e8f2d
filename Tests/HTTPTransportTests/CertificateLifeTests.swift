import Foundation
import SecretMemory
import Testing

@testable import HTTPTransport

/// What OpenSSL reads of certificates and keys, and what it cannot read.
@Suite struct CertificateLifeTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "life-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    }

    private func openssl(_ arguments: [String]) throws {
        let program = try OpenSSLProgram(arguments, output: directory.appending(path: "said").path)
        program.wait()
    }

    private func file(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: directory.appending(path: name)))
    }

    private func make(_ name: String, days: Int) throws -> (chain: String, key: String) {
        let path = directory.appending(path: name).path
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)",
            "-keyout", path + ".key", "-out", path + ".pem", "-subj", "/CN=\(name)",
        ])
        return (
            String(decoding: try file(name + ".pem"), as: UTF8.self),
            String(decoding: try file(name + ".key"), as: UTF8.self)
        )
    }

    private func match(_ chain: String, _ key: String) -> TLSOptions.Identity.Match {
        TLSOptions.Identity(certificates: chain, key: SecretBox(SecretBytes(copying: key))).match
    }

    @Test func `times are read, and broken certificates are counted`() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let now = Int(Date().timeIntervalSince1970)
        let (one, two) = (try make("one", days: 10), try make("two", days: 20))
        let lives = CertificateLife.all(inPEM: "a comment\n" + one.chain + one.key + two.chain + "the end")
        #expect(lives.count == 2)
        #expect(
            zip(lives, [10, 20]).allSatisfy { life, days in
                guard let life else { return false }
                return abs(life.ends - now - days * 86_400) < 600 && life.ends - life.begins == days * 86_400
            })
        let path = directory.appending(path: "one").path
        try openssl(["x509", "-in", path + ".pem", "-outform", "DER", "-out", path + ".der"])
        let der = try file("one.der")
        #expect(CertificateLife(der: der) == lives[0])
        #expect(CertificateLife(der: Array(der.dropLast(40))) == nil && CertificateLife(der: []) == nil)
        #expect(CertificateLife.all(inPEM: "") == [] && CertificateLife.all(inPEM: one.key) == [])
        let broken = two.chain.replacing("MII", with: "AAA")
        #expect(CertificateLife.all(inPEM: one.chain + broken) == [lives[0], nil])
    }

    @Test func `a key belongs to the first certificate or to none`() throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        let (one, two) = (try make("one", days: 10), try make("two", days: 20))
        #expect(match(one.chain, one.key) == .pair && match(one.chain + two.chain, one.key) == .pair)
        #expect(match(one.chain, two.key) == .strangers && match(two.chain + one.chain, one.key) == .strangers)
        let path = directory.appending(path: "one").path
        try openssl(["pkey", "-in", path + ".key", "-aes256", "-passout", "pass:x", "-out", path + ".enc"])
        // Nobody is asked for a passphrase.
        #expect(match(one.chain, String(decoding: try file("one.enc"), as: UTF8.self)) == .unreadable)
        #expect(match(one.chain, "") == .unreadable && match("", one.key) == .unreadable)
        #expect(match(one.chain, one.chain) == .unreadable)
    }
}
