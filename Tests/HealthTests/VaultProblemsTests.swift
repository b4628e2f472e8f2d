import Domain
import SocketAPI
import TestSupport
import Testing

@testable import Health
@testable import Vault

/// What the status says of a vault that accepts no changes.
@Suite struct VaultProblemsTests {
    private static let since = Timestamp(unixSeconds: 1_800_000_000)

    private static func issue(_ error: VaultError) -> HealthIssue? {
        VaultProblems.problems(ChangeFailure(error: error, since: since)).first
    }

    @Test func `it says since when, why and what to type, and no path`() throws {
        let full = try #require(
            Self.issue(VaultError(StoreError(.diskFull, "the disk is full: the change was not saved (/var/vault.db)"))))
        #expect(full.code == "vault_unwritable" && Severity.base(full.code) == .critical)
        #expect(full.detail.hasSuffix(", since \(Self.since): the disk is full: the change was not saved"))
        #expect(full.hint == Remedy.freeSpace && !full.detail.contains("/"))
        let other = try #require(Self.issue(VaultError(StoreError(.inUse, "x", hint: "stop the other keyturnd"))))
        #expect(other.hint == "stop the other keyturnd")
    }

    @Test func `of a damaged vault a backup is made before the daemon stops`() throws {
        let row = VaultError(.damaged, "app row 1: wrong", hint: Vault.restoreHint)
        for error in [VaultError(StoreError(.damaged, "x")), VaultError(StoreError(.notAVault, "x")), row] {
            #expect(
                try #require(Self.issue(error)).hint?.hasPrefix("keyturn backup FILE, before keyturnd stops") == true)
        }
        let replaced = VaultError(.damaged, "another vault", hint: "systemctl restart keyturnd")
        #expect(Self.issue(replaced)?.hint == "systemctl restart keyturnd")
    }

    @Test func `changes that hang are told before one that failed`() throws {
        let failure = ChangeFailure(error: VaultError(StoreError(.diskFull, "x")), since: Self.since)
        let issue = try #require(VaultProblems.problems(failure, hang: 45).first)
        #expect(issue.code == "vault_unwritable" && issue.detail.contains("waited for 45 s"), "\(issue)")
    }

    @Test func `a vault that is gone has an issue of its own, and one that accepts changes has none`() {
        #expect(Self.issue(VaultError(StoreError(.gone, "x"))) == nil)
        #expect(VaultProblems.problems(nil).isEmpty)
    }
}
