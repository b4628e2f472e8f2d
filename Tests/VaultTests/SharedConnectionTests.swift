import Domain
import SecretMemory
import TestSupport
import Testing
import Vault

/// Several targets may push into one connection, unless they undo each other's work.
@Suite struct SharedConnectionTests {
    @Test func `one app's targets share a connection, two apps' only with other settings`() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
        let (one, two) = (App.sample("one"), App.sample("two"))
        for app in [one, two] { try await vault.add(app, clientSecret: SecretBox("secret")) }
        func target(_ name: String, _ app: App, secret: String = "Client Secret", others: String = "") -> PushTarget {
            .sample(
                name, of: app, connection: "shared",
                fields: .init(accountID: "A\(others)", clientID: "C\(others)", clientSecret: secret))
        }
        try await vault.add(target("a", one))
        try await vault.add(target("b", one))
        for other in [target("c", two), target("c", two, others: "2"), target("c", two, secret: "S")] {
            let refusal = await #expect(throws: VaultError.self) { try await vault.add(other) }
            #expect(refusal?.code == .exists && refusal?.detail.contains("'a' pushes app 'one'") == true)
        }
        try await vault.add(target("c", two, secret: "S", others: "2"))
        let names = vault.catalog.targetsBeside(target("a", one)).map(\.target.name.description)
        #expect(names == ["b", "c"])
    }
}
