import Domain
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// Secrets out of a backup, of which nobody knows whether Zoom still takes them.
@Suite struct SuspectTests {
    private let time = ManualTime()
    private let vault: Vault
    private let alpha = Name.test("alpha")

    init() async throws {
        let filled = try await FilledVault()
        vault = filled.vault
        time.pass(60)
        try await vault.suspectAll(at: time.now.wall)
    }

    /// The app here, and as the next process finds it.
    private func entries() async throws -> [AppEntry] {
        let store = try #require(vault.store as? MemoryStore).reopened()
        let next = try await Vault.open(store, with: .keyFile(), time: time)
        return try [vault, next].map { try #require($0.catalog.app(alpha)) }
    }

    private func save(_ generation: Generation) async throws {
        let sample = Token.sample("minted", issuedAt: time.now.wall)
        let token = Token(
            accessToken: sample.accessToken, tokenType: sample.tokenType, scopes: sample.scopes, apiURL: sample.apiURL,
            generation: generation, issuedAt: sample.issuedAt, expiresAt: sample.expiresAt)
        let app = try #require(vault.catalog.app(alpha)).app
        try await vault.save(SeenToken(token: token, seen: time.now, minted: true), for: app)
    }

    @Test func `each secret of a backup is doubted, and facts about it are dropped`() async throws {
        for entry in try await entries() {
            #expect(entry.isSuspect && entry.credential.suspectSince == time.now.wall)
            #expect(entry.credential.clientSecret.text == "secret-new-of-alpha")
            #expect(entry.token == nil && entry.refusals == nil && entry.schedulerState == SchedulerState())
            #expect(entry.rotation?.isRestored == true)
        }
    }

    @Test func `a token minted with the secret ends the doubt, here and in the next process`() async throws {
        try await save(.first)
        for entry in try await entries() { #expect(!entry.isSuspect && entry.token != nil) }
    }

    @Test func `a token minted with another secret does not end the doubt`() async throws {
        try await save(Generation.first.next)
        for entry in try await entries() { #expect(entry.isSuspect) }
    }

    @Test func `other IDs do not end the doubt`() async throws {
        let entry = try #require(vault.catalog.app(alpha))
        var rotation = try #require(entry.rotation)
        rotation.phase = .aborted
        try await vault.advance(rotation, of: entry.app)
        var other = entry.app
        other.accountID = "another"
        try await vault.identify(other) { [other] in $0 = other }
        for entry in try await entries() {
            #expect(entry.isSuspect && entry.credential.generation == Generation.first.next)
        }
    }
}
