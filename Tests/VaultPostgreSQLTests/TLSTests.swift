import Domain
import PostgreSQLTestSupport
import TestSupport
import Testing
import Vault

@testable import VaultPostgreSQL

/// A server over a network is believed only if its certificate is.
@Suite(.timeLimit(.minutes(2))) struct TLSTests {
    private static let name = "db.test"

    /// A login at a server that is found under its name.
    private func login(_ port: Int, _ database: String, authorities: String?) throws -> ServerLogin {
        let option = authorities.map { "?sslrootcert=\($0)" } ?? ""
        let location = try PostgreSQLLocation("postgresql://postgres@\(Self.name):\(port)/\(database)\(option)")
        return ServerLogin(location: location, limits: .short, lookup: { _, _ in ["127.0.0.1"] })
    }

    private func refusal(_ login: ServerLogin) async throws -> StoreError {
        let error = try await storeError { try await PostgreSQLStore.open(login).close() }
        #expect(error.code == .untrusted && error.hint != nil, "\(error)")
        return error
    }

    @Test func `a certificate must have the server's name, be valid today, and be the authority's`() async throws {
        let (authority, stranger) = (try TestAuthority(), try TestAuthority())
        let always = ("20200101", "20401231")
        let certificates = [
            "right": try authority.certificate(for: Self.name, always),
            "renamed": try authority.certificate(for: "other.test", always),
            "expired": try authority.certificate(for: Self.name, ("20200101", "20200201")),
            "early": try authority.certificate(for: Self.name, ("20400101", "20401231")),
        ]
        var files: [String: String] = [:]
        for (name, pair) in certificates { (files[name + ".crt"], files[name + ".key"]) = (pair.certificate, pair.key) }
        let cluster = try PostgreSQLCluster(
            settings: ["ssl = on", "ssl_cert_file = 'right.crt'", "ssl_key_file = 'right.key'"],
            access: ["hostnossl all all 127.0.0.1/32 reject"], files: files)
        let vault = try await DatabaseVault(cluster)
        let login = try login(cluster.port, vault.database, authorities: authority.file)

        let store = try await PostgreSQLStore.open(login)
        try await store.put(.app("a"))
        #expect(try vault.sessions("pid IN (SELECT pid FROM pg_stat_ssl WHERE ssl)") == 1)
        try await store.close()

        let unknown = try await refusal(try self.login(cluster.port, vault.database, authorities: stranger.file))
        #expect(unknown.detail.hasPrefix("no authority in \(stranger.file) vouches"), "\(unknown)")
        #expect(unknown.hint?.contains("?sslrootcert=FILE") == true)

        let none = try await refusal(try self.login(cluster.port, vault.database, authorities: "/nonexistent/ca.pem"))
        #expect(none.detail == "there are no certificate authorities in /nonexistent/ca.pem", "\(none)")

        try cluster.showCertificate("renamed")
        let renamed = try await refusal(login)
        #expect(renamed.detail.contains("is for another name"), "\(renamed)")
        #expect(renamed.hint?.contains("openssl s_client -starttls postgres -connect db.test:\(cluster.port)") == true)

        try cluster.showCertificate("expired")
        let expired = try await refusal(login)
        #expect(expired.detail.contains("expired at 2020-02-01T00:00:00Z"), "\(expired)")
        #expect(expired.hint?.contains("renew the server's certificate") == true)

        try cluster.showCertificate("early")
        let early = try await refusal(login)
        #expect(early.detail.contains("valid only from 2040-01-01T00:00:00Z on"), "\(early)")
    }

    @Test func `a server without TLS is refused`() async throws {
        let cluster = try PostgreSQLCluster.shared.get()
        let plain = try await refusal(try login(cluster.port, "postgres", authorities: try TestAuthority().file))
        #expect(plain.detail.contains("does not offer TLS"), "\(plain)")
    }
}
