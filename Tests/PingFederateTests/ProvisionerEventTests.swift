import SecretMemory
import TestSupport
import Testing

@testable import PingFederate

@Suite struct ProvisionerEventTests {
    private static let failed =
        "2026-11-25 10:00:00,123| 6b9e| 3| CREATE| uid=joe| | false| 401 Unauthorized: {\"reason\":\"a | b\"}"

    @Test func `a line gives the channel and whether it succeeded`() throws {
        let done = try #require(ProvisionerEvent("2026-11-25 10:00:00,123| 6b9e| 3| UPDATE| uid=ann| z8| true| "))
        #expect(done.channel == "3" && done.hasSucceeded && done.cause(withholding: []).isEmpty)
        let event = try #require(ProvisionerEvent(Self.failed))
        #expect(event.channel == "3" && !event.hasSucceeded)
        #expect(event.cause(withholding: []) == "401 Unauthorized: {\"reason\":\"a | b\"}")
    }

    @Test(arguments: [
        "", "|", "||||||", "\tat com.example.Zoom.create(Zoom.java:12)", "2026-11-25| 1| 3| CREATE| a| b| perhaps| x",
        "one|two|three|four|five|true",
    ])
    func `other lines are left out`(line: String) { #expect(ProvisionerEvent(line) == nil) }

    @Test func `Windows line ends and a line without a cause are read`() throws {
        let event = try #require(ProvisionerEvent("t|c|9|CREATE|a|b|FALSE\r"))
        #expect(event.channel == "9" && !event.hasSucceeded && event.cause(withholding: []).isEmpty)
    }

    @Test func `a line that repeats a secret is withheld, and a long one is cut`() throws {
        let event = try #require(ProvisionerEvent("t|c|9|CREATE|a|b|false| said: 0123456789abcdef \u{1B}[31m"))
        #expect(!event.cause(withholding: [SecretBox("0123456789abcdef")]).contains("0123456"))
        #expect(!event.cause(withholding: []).contains("\u{1B}"))
        let long = try #require(ProvisionerEvent("t|c|9|CREATE|a|b|false|" + String(repeating: "x", count: 10_000)))
        #expect(long.cause(withholding: []).count <= 201)
    }
}
