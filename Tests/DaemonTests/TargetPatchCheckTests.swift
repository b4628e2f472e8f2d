import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// What a target is once it is changed; and which secret is used for whom.
@Suite struct TargetPatchCheckTests {
    private static let client = OAuthClient(
        tokenURL: "https://as.example.com/token", clientID: "c", secret: SecretBox("kept"), scopes: ["a", "b"],
        authMethod: .post)

    private static func target(
        _ login: ConsoleLogin = .basic(user: "ann", password: SecretBox("kept")), trust: ConsoleTrust = .system
    ) -> PushTarget {
        .sample("console", of: .sample("zoom"), login: login, trust: trust)
    }

    private static func patched(
        _ known: PushTarget, _ change: (inout TargetPatch) -> Void
    ) -> Result<PushTarget, Problem> {
        var patch = TargetPatch()
        change(&patch)
        return Result { () throws(Problem) in try TargetPatchCheck.target(known, patched: patch) }
    }

    /// The login in words, with its secret.
    private static func words(_ result: Result<PushTarget, Problem>) -> String {
        func text(_ secret: SecretBox) -> String { secret.bytes.withSpan { String(decoding: $0.array, as: UTF8.self) } }
        switch result {
        case .failure(let problem): return problem.code == .badRequest ? "refused" : "?"
        case .success(let target):
            switch target.login {
            case .basic(let user, let password): return "\(user) \(text(password))"
            case .clientCredentials(let client):
                return "\(client.clientID) \(text(client.secret)) \(client.scopes) \(client.authMethod.rawValue)"
            case .certificate: return "certificate"
            }
        }
    }

    @Test func `a password belongs to one user at one console`() {
        let known = Self.target()
        for (change, expected) in [
            ({ $0.user = "ann" }, "ann kept"), ({ $0.password = SecretBox("new") }, "ann new"),
            ({ $0.user = "bob" }, "refused"),
            ({ ($0.user, $0.password) = ("bob", SecretBox("new")) }, "bob new"),
            ({ $0.adminURL = "https://other.example.com:9999" }, "refused"),
            ({ $0.adminURL = "https://console.example.com" }, "refused"),
            ({ $0.adminURL = "https://console.example.com:9999/pf-admin-api/v1" }, "ann kept"),
            ({ ($0.adminURL, $0.password) = ("https://other.example.com:9999", SecretBox("new")) }, "ann new"),
            ({ $0.settle = 1 }, "ann kept"), ({ _ in }, "refused"), ({ $0.verify = false }, "refused"),
            ({ $0.tokenURL = "https://as.example.com" }, "refused"), ({ $0.scope = "a" }, "refused"),
            ({ ($0.user, $0.scope) = ("ann", "a") }, "refused"),
            (
                { ($0.tokenURL, $0.clientID, $0.clientSecret) = ("https://as.example.com", "c", SecretBox("new")) },
                "c new [] client_secret_basic"
            ),
            ({ $0.user = "a:b" }, "refused"), ({ $0.password = SecretBox("") }, "refused"),
        ] as [((inout TargetPatch) -> Void, String)] {
            #expect(Self.words(Self.patched(known, change)) == expected)
        }
    }

    @Test func `a client secret belongs to one client at one server`() {
        let known = Self.target(.clientCredentials(Self.client))
        let kept = #"c kept ["a", "b"] client_secret_post"#
        for (change, expected) in [
            ({ $0.settle = 1 }, kept), ({ $0.scope = "x y" }, #"c kept ["x", "y"] client_secret_post"#),
            ({ $0.scope = "" }, "c kept [] client_secret_post"),
            ({ $0.tokenAuthMethod = .basic }, #"c kept ["a", "b"] client_secret_basic"#),
            ({ $0.clientSecret = SecretBox("new") }, #"c new ["a", "b"] client_secret_post"#),
            ({ $0.clientID = "d" }, "refused"), ({ $0.tokenURL = "https://as.example.com/other" }, kept),
            ({ $0.tokenURL = "https://evil.example.com/token" }, "refused"),
            ({ $0.adminURL = "https://evil.example.com" }, "refused"),
            ({ ($0.user, $0.password) = ("ann", SecretBox("new")) }, "ann new"), ({ $0.user = "ann" }, "refused"),
        ] as [((inout TargetPatch) -> Void, String)] {
            #expect(Self.words(Self.patched(known, change)) == expected)
        }
    }

    @Test func `every other field is changed alone and can be removed`() throws {
        var known = Self.target(trust: .pin(String(repeating: "0", count: 64)))
        known.bypassesExternalValidation = true
        known.provisionerLog = .init(path: "/log", channel: "3")
        let same = try Self.patched(known) { $0.settle = 7 }.get()
        #expect(same.settle == 7 && same.isSamePlace(as: known) && same.trust == known.trust)
        #expect(same.bypassesExternalValidation && same.provisionerLog == known.provisionerLog && same.id == known.id)
        #expect(try Self.patched(known) { $0.trust = .system }.get().trust == .system)
        #expect(try !Self.patched(known) { $0.bypassesExternalValidation = false }.get().bypassesExternalValidation)
        #expect(try Self.patched(known) { $0.provisionerLog = "" }.get().provisionerLog == nil)
        #expect(
            try Self.patched(known) { $0.provisionerChannel = "" }.get().provisionerLog
                == .init(path: "/log", channel: nil))
        #expect(
            try Self.patched(known) { $0.provisionerLog = "/other" }.get().provisionerLog
                == .init(path: "/other", channel: nil))
        let without = try Self.patched(known) { $0.fields.accountID = "" }.get()
        #expect(without.fields.accountID == nil && !without.isSamePlace(as: known))
        #expect(try !Self.patched(known) { $0.connection = "other" }.get().isSamePlace(as: known))
        for refused in [
            { $0.trust = .ca }, { ($0.trust, $0.pin) = (.system, "0") },
            { $0.settle = -1 }, { $0.fields.clientID = "Client Secret" }, { $0.fields.clientSecret = "" },
            { $0.connection = "" }, { $0.adminURL = "http://console.example.com" }, { $0.provisionerLog = "log" },
        ] as [(inout TargetPatch) -> Void] {
            #expect(Self.words(Self.patched(known, refused)) == "refused")
        }
    }

    @Test func `only a change that the console would notice is tried`() {
        func concerns(_ change: (inout TargetPatch) -> Void) -> Bool {
            var patch = TargetPatch()
            change(&patch)
            return patch.concernsConsole
        }
        #expect(!concerns { ($0.settle, $0.restoresDrift, $0.bypassesExternalValidation) = (1, true, false) })
        #expect(!concerns { $0.provisionerLog = "" })
        for change in [
            { $0.password = SecretBox("s") }, { $0.pin = "0" }, { $0.trust = .system }, { $0.replicate = .full },
            { $0.fields.clientID = "c" }, { ($0.settle, $0.connection) = (1, "c") },
        ] as [(inout TargetPatch) -> Void] {
            #expect(concerns(change))
        }
    }
}
