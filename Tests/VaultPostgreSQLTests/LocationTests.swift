import Domain
import Testing
import Vault

@testable import VaultPostgreSQL

/// What a URL may say.
@Suite struct LocationTests {
    private func mode(_ url: String) throws -> String? {
        let location = try PostgreSQLLocation(url)
        return location.parameters(of: location.hosts[0], address: nil, for: PostgreSQLLimits())["sslmode"]
    }

    @Test func `a server on a network must prove its name, and one on this host need not`() throws {
        #expect(try mode("postgresql://a@db.example.com/v") == "verify-full")
        #expect(try mode("postgresql://a@127.0.0.1.example.com/v") == "verify-full")
        #expect(try mode("postgresql://a@10.0.0.1/v") == "verify-full")
        for local in ["localhost", "127.0.0.1", "[::1]", "%2Frun%2Fpostgresql", ""] {
            #expect(try mode("postgresql://a@\(local)/v") == "prefer", "\(local)")
        }
        #expect(try mode("postgresql://a@localhost/v?sslmode=verify-full") == "verify-full")
        for mode in ["disable", "allow", "prefer", "require", "verify-ca"] {
            #expect(throws: StoreError.self) {
                try PostgreSQLLocation("postgresql://a@127.0.0.1,db.example.com/v?sslmode=\(mode)")
            }
        }
        let location = try PostgreSQLLocation("postgresql://a@db.example.com/v")
        let parameters = location.parameters(of: location.hosts[0], address: "10.1.1.1", for: PostgreSQLLimits())
        #expect(parameters["sslrootcert"] == "/etc/ssl/certs/ca-certificates.crt")
        #expect(parameters["hostaddr"] == "10.1.1.1" && parameters["host"] == "db.example.com")
    }

    @Test(arguments: [
        "postgresql://a:PaSsWoRd@h/v", "postgresql://a@h/v?password=PaSsWoRd", "postgresql://a:PaSsWoRd@h:x:y/v%%",
        "postgresql://a@h/v?sslpassword=PaSsWoRd",
    ]) func `a password in a URL is refused and not repeated`(url: String) throws {
        let error = try #require(throws: StoreError.self) { try PostgreSQLLocation(url) }
        #expect(!"\(error) \(error.hint ?? "")".contains("PaSsWoRd"))
        // libpq cannot read the one with a wrong port.
        let words =
            url.contains("%%") ? "the database's URL cannot be read" : "there is a password in the database's URL"
        #expect(error.detail.hasPrefix(words) && error.hint != nil, "\(error)")
    }

    @Test(arguments: [
        "", "keyturn", "mysql://a@h/v", "postgresql://a@h", "postgresql://a@h/v?options=-cfsync%3Doff",
        "postgresql://a@h/v?service=x", "postgresql://a@h/v?passfile=x", "postgresql://a@h/v?hostaddr=1.2.3.4",
        "postgresql://a@h/v?target_session_attrs=any", "postgresql://a@h1,h2:99999/v", "postgresql://a@h/v?nonsense=1",
    ]) func `what a vault cannot use is refused`(url: String) {
        #expect(throws: StoreError.self) { try PostgreSQLLocation(url) }
    }

    @Test func `hosts and ports belong together`() throws {
        let location = try PostgreSQLLocation("postgresql://a@h1:1,h2,h3:3/v?target_session_attrs=read-write")
        #expect(location.hosts.map(\.name) == ["h1", "h2", "h3"])
        #expect(location.hosts.map(\.port) == ["1", "5432", "3"])
        #expect(location.user == "a" && location.database == "v")
    }
}
