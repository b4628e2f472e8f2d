import Audit
import Domain
import Foundation
import SecretMemory
import TestSupport
import Testing

@testable import Vault

/// A vault beside a log that tells of its changes.
@Suite struct RollbackTests {
    private let place: TemporaryDirectory
    private let time = ManualTime()
    private let store = MemoryStore()
    private var log: LogDirectory { LogDirectory(path: place.path + "/audit") }

    init() async throws {
        place = try TemporaryDirectory()
        try await Vault.create(in: store, unlockKeys: [.keyFile()])
    }

    private func open(_ store: MemoryStore, acceptingRollback: Bool = false) async throws -> Vault {
        try await Vault.open(
            store, with: .keyFile(), log: log, acceptingRollback: acceptingRollback, time: time)
    }

    /// Writes a line for the vault's last commit.
    private func record(_ vault: Vault, inNewFile: Bool = false) async throws {
        var limits = AuditLog.Limits()
        if inNewFile { limits.segmentBytes = 1 }
        let opened = try AuditLog.open(
            in: log, key: try vault.auditKey(), anchor: vault.auditHead, limits: limits, time: time, note: { _ in })
        try opened.append([AuditEvent(.init("client.add"), .done)], at: time.now.wall, commit: vault.commits)
        await opened.close()
    }

    private func refusal(_ store: MemoryStore) async -> VaultError? {
        do {
            _ = try await open(store)
            return nil
        } catch {
            return error as? VaultError
        }
    }

    @Test func `a vault that was put back is refused, and one that its log does not know all of is not`() async throws {
        let vault = try await open(store)
        try await vault.add(.sample("one"))
        try await record(vault)
        let old = store.reopened()
        try await vault.add(.sample("two"))
        #expect(await refusal(store) == nil, "the log is behind")
        try await record(vault)
        #expect(await refusal(store) == nil, "the log tells of all")
        let error = try #require(await refusal(old))
        #expect(error.code == .rolledBack)
        #expect(error.detail.contains("written 1 time,") && error.detail.contains("change 2"), "\(error.detail)")
        #expect(error.hint?.contains("keyturnd restore") == true)
    }

    @Test func `an accepted old vault continues to count from where the log is`() async throws {
        let old = store.reopened()
        let vault = try await open(store)
        for number in 0..<5 { try await vault.add(.sample("client-\(number)")) }
        try await record(vault)
        #expect(await refusal(old)?.code == .rolledBack)
        let accepted = try await open(old, acceptingRollback: true)
        #expect(accepted.catalog.clients.isEmpty)
        try await accepted.add(.sample("after"))
        #expect(accepted.commits == 6)
        #expect(await refusal(old) == nil)
        try await record(accepted)
        #expect(await refusal(old) == nil)
        #expect(await refusal(store)?.code == .rolledBack, "now the other one is the older")
    }

    @Test func `a file that is put into the log cannot have the vault refused, nor hide that it was put back`()
        async throws
    {
        let old = store.reopened()
        let vault = try await open(store)
        try await vault.add(.sample("one"))
        try await record(vault)
        let real = try String(contentsOfFile: log.path(of: 1), encoding: .utf8)
        try Data(real.replacing("\"commit\":1", with: "\"commit\":9").utf8).write(to: URL(filePath: log.path(of: 2)))
        try Data().write(to: URL(filePath: log.path(of: 3)))
        try Data("{\"seq\":1}\n".utf8).write(to: URL(filePath: log.path(of: 4)))
        #expect(await refusal(store) == nil)
        #expect(await refusal(old)?.code == .rolledBack)
    }

    @Test func `an older file of the log under a newer number does not hide it`() async throws {
        let vault = try await open(store)
        try await vault.add(.sample("one"))
        try await record(vault)
        let old = store.reopened()
        try await vault.add(.sample("two"))
        try await record(vault, inNewFile: true)
        try FileManager.default.copyItem(atPath: log.path(of: 1), toPath: log.path(of: 3))
        #expect(await refusal(old)?.code == .rolledBack)
        #expect(await refusal(store) == nil)
    }

    @Test func `without a log no rollback can be found`() async throws {
        #expect(await refusal(store) == nil)
        try FileManager.default.createDirectory(atPath: log.path, withIntermediateDirectories: false)
        #expect(await refusal(store) == nil)
    }
}
