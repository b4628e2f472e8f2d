import Domain
import Testing

@testable import Vault

@Suite struct ProvisioningTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)

    /// `+` for an event that succeeded, `-` for one that failed.
    @Test(arguments: [
        ("", false), ("+", false), ("-", true), ("---", true), ("+-", false), ("+--", false), ("+---", true),
        ("+---+", false), ("-+", false), ("-+--", false), ("+-+-+-", false),
    ])
    func `a channel fails when nothing succeeds, or the last three did not`(events: String, isFailing: Bool) {
        var found = Provisioning(since: Self.now)
        for event in events {
            if event == "+" { found.succeed() } else { found.fail() }
        }
        #expect(found.isFailing == isFailing)
        #expect(found.succeeded + found.failed == events.count)
    }
}
