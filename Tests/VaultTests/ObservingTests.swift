import Names
import SecretMemory
import Synchronization
import TestSupport
import Testing

@testable import Vault

@Suite struct ObservingTests {
    @Test("an observer is told of each change after it shows, and of nothing else")
    func changes() async throws {
        let store = MemoryStore()
        try await Vault.create(in: store, ways: [.keyFile()])
        let vault = try await Vault.open(store, with: .keyFile(), time: ManualTime())
        let seen = Recorder<(CatalogChange, generation: Int?, clients: Int)>()
        vault.catalog.observe { [catalog = vault.catalog] change in
            seen.note((change, catalog.app(.test("zoom"))?.credential.generation.number, catalog.clients.count))
        }
        let app = App.sample("zoom")
        try await vault.add(app, clientSecret: SecretBox("s"))
        try await vault.add(.sample("one"))
        _ = try? await vault.add(.sample("one"))
        try await vault.removeClient(.test("one"))
        try await vault.removeApp(app.name)
        #expect(
            seen.all.map(\.0) == [.app(app.name), .rules, .rules, .app(app.name)],
            "what failed changed nothing")
        #expect(seen.all.map(\.generation) == [1, 1, 1, nil])
        #expect(seen.all.map(\.clients) == [0, 1, 0, 0])
    }
}
