import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// Which machine a vault belongs to.
@Suite struct HostsTests {
    private let store = MemoryStore()
    private let time = ManualTime()

    init() async throws { try await Vault.create(in: store, unlockKeys: [.keyFile()]) }

    private func open(_ store: MemoryStore, on machine: String) async throws -> Vault {
        let vault = try await Vault.open(store.reopened(), with: .keyFile(), time: time)
        try vault.setHost(machine)
        return vault
    }

    private func store(of vault: Vault) throws -> MemoryStore { try #require(vault.store as? MemoryStore) }

    @Test func `a vault that is nobody's becomes the machine's on which it is changed first`() async throws {
        let looked = try await open(store, on: "one")
        #expect(!looked.isOwnedElsewhere)
        let vault = try await open(try store(of: looked), on: "two")
        #expect(!vault.isOwnedElsewhere, "to look at it takes nothing")
        try await vault.add(.sample("client"))
        #expect(try await !open(try store(of: vault), on: "two").isOwnedElsewhere)
        #expect(try await open(try store(of: vault), on: "one").isOwnedElsewhere)
    }

    @Test func `no change on another machine makes it that machine's, but for its adoption`() async throws {
        let first = try await open(store, on: "one")
        try await first.add(.sample("client"))
        let copy = try await open(try store(of: first), on: "two")
        for name in ["second", "third"] {
            try await copy.add(.sample(name))
            #expect(copy.isOwnedElsewhere)
        }
        #expect(try await open(try store(of: copy), on: "two").isOwnedElsewhere)
        try await copy.adopt()
        #expect(!copy.isOwnedElsewhere)
        #expect(try await !open(try store(of: copy), on: "two").isOwnedElsewhere)
        #expect(try await open(try store(of: copy), on: "one").isOwnedElsewhere)
    }
}
