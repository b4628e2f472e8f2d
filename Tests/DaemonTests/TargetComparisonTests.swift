import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// The push targets that an operator wants against those in the vault.
@Suite struct TargetComparisonTests {
    private typealias Objects = ObjectsComparisonTests

    static func target(_ name: String, of app: String) -> TargetObject {
        var target = TargetObject(
            name: .test(name), app: .test(app), adminURL: "https://c:9999", connection: "c",
            fields: TargetFields(accountID: nil, clientID: "id", clientSecret: "secret"), login: .basic)
        target.user = "u"
        return target
    }

    /// As the command adds it.
    private static func add(_ object: TargetObject, to vault: Vault) async throws {
        let app = try #require(vault.catalog.app(object.app)).app
        let draft = try #require(object.draft(secret: SecretBox("password"), verify: false))
        try await vault.add(
            TargetDraftCheck.target(
                draft, of: app, fields: .init(accountID: nil, clientID: "id", clientSecret: "secret"),
                id: "id-\(object.name)", now: Objects.now))
    }

    /// Changes that no console is needed for to refuse.
    private static let badTargets: [(words: String, change: @Sendable (inout TargetObject) -> Void)] = [
        ("settle is not from", { $0.settle = 100_000 }), ("the pin is not a SHA-256", { $0.pin = "abc" }),
        ("the user has a colon", { $0.user = "a:b" }), ("the CA file is not a PEM file", { $0.ca = "none" }),
        ("a channel needs a provisioner log", { $0.provisionerChannel = "7" }),
        ("does not begin with /", { $0.provisionerLog = "log" }),
        ("address cannot be used", { $0.adminURL = "ftp://c" }),
        ("cannot hold two", { $0.fields = TargetFields(accountID: "a", clientID: "x", clientSecret: "x") }),
        ("connection's ID", { $0.connection = "" }),
    ]

    @Test func `the values of targets are checked before anything is changed`() async throws {
        let vault = try await Objects.vault()
        let apps = [Objects.app("a")]
        try await Objects.apply(ObjectsDocument(apps: apps), to: vault)
        try await Self.add(Self.target("known", of: "a"), to: vault)
        for (words, change) in Self.badTargets {
            for name in ["new", "known"] {
                var target = Self.target(name, of: "a")
                change(&target)
                let problem = #expect(throws: Problem.self, "\(name): \(words)") {
                    try Objects.plan(ObjectsDocument(apps: apps, targets: [target]), vault)
                }
                #expect(problem?.detail.hasPrefix("target '\(name)': ") == true)
                #expect(problem?.detail.contains(words) == true, "\(problem.map(String.init(describing:)) ?? "")")
            }
        }
    }

    @Test func `one value of a target may be written in several ways`() async throws {
        let vault = try await Objects.vault()
        let apps = [Objects.app("a")]
        try await Objects.apply(ObjectsDocument(apps: apps), to: vault)
        var target = Self.target("t", of: "a")
        (target.login, target.user, target.tokenURL) = (.clientCredentials, nil, "https://as/token")
        (target.clientID, target.scope) = ("c", "a b")
        try await Self.add(target, to: vault)
        for change: (inout TargetObject) -> Void in [
            { $0.scope = " a  b " }, { $0.adminURL = "https://c:9999/" }, { $0.tokenAuthMethod = .basic },
            { $0.fields = TargetFields(accountID: "", clientID: "id", clientSecret: "secret") },
            { $0.provisionerLog = "" }, { $0.provisionerChannel = "" },
        ] {
            var other = target
            change(&other)
            #expect(try Objects.plan(ObjectsDocument(apps: apps, targets: [other]), vault) == [])
        }
    }

    @Test func `a line has the default where a value is not written, and no certificate`() async throws {
        let vault = try await Objects.vault()
        var app = Objects.app("a")
        try await Objects.apply(ObjectsDocument(apps: [app]), to: vault)
        var target = Self.target("t", of: "a")
        try await Self.add(target, to: vault)
        app.rotation.overlap = 3600
        app.rotation.timeZone = "Europe/Berlin"
        app.rotation.paused = true
        app.profile[.owner] = "team"
        target.replicate = .full
        target.restoresDrift = true
        target.settle = 300
        target.ca = TestCertificate.pem
        let lines = try Objects.plan(ObjectsDocument(apps: [app], targets: [target]), vault)
        #expect(
            lines == [
                "~ app a: owner: none -> team; rotation.overlap: 7d -> 1h; rotation.paused: false -> true; "
                    + "rotation.time_zone: UTC -> Europe/Berlin",
                "~ target t: ca: none -> sha256 \(TestCertificate.sha256); replicate: on-save -> full; "
                    + "restore_drift: false -> true; settle: 2m -> 5m",
            ])
    }

    @Test func `the targets of a removed app are listed, and may be added to another app`() async throws {
        let vault = try await Objects.vault()
        let (a, b) = (Objects.app("a"), Objects.app("b"))
        try await Objects.apply(ObjectsDocument(apps: [a, b]), to: vault)
        for name in ["one", "two"] { try await Self.add(Self.target(name, of: "a"), to: vault) }
        let wanted = ObjectsDocument(apps: [b], targets: [Self.target("one", of: "b")])
        #expect(
            try Objects.plan(wanted, prune: true, vault) == [
                "- app a", "- target one", "- target two", "+ target one",
            ])
        #expect(
            try Objects.plan(ObjectsDocument(apps: [a, b]), prune: true, vault) == ["- target one", "- target two"])
    }
}

/// A certificate of nobody, and its fingerprint by `openssl x509 -fingerprint -sha256`.
private enum TestCertificate {
    static let sha256 = "1790e20b6b01df57de42ed419a2299ee3d352799b91cd4cf8321727dc9ddc986"
    static let pem = """
        -----BEGIN CERTIFICATE-----
        MIIBbjCCARWgAwIBAgIUHlqg7CQtgoG2qpz/lFr/NZC+364wCgYIKoZIzj0EAwIw
        DDEKMAgGA1UEAwwBdDAgFw0yNjExMzAxMTA5MDJaGA8yMTI2MTEwNjExMDkwMlow
        DDEKMAgGA1UEAwwBdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABPOT7Eenxdlw
        1IBYLHvw8XOBPiIoPkCJHJP5rtdEagawPqrl+byIXoLEAQAVVy4A5mIghhq9q+pj
        Z3Pv65RH3n6jUzBRMB0GA1UdDgQWBBS8/g9aNkHrm1Zv1lwqUhpZ5c4t4jAfBgNV
        HSMEGDAWgBS8/g9aNkHrm1Zv1lwqUhpZ5c4t4jAPBgNVHRMBAf8EBTADAQH/MAoG
        CCqGSM49BAMCA0cAMEQCIDvVoHaaX8KjyVxd0YPNM2tS9gIa6GDtJATGMmus+lcO
        AiAAgqjMH2FvKjKBwjpGS7X4VaTuIanHNSnTiz2qxtLckQ==
        -----END CERTIFICATE-----

        """
}
