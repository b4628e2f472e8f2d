import Domain
import SecretMemory
import Testing

@testable import SocketAPI

/// What happened last to an app, from the documents that the daemon has at hand.
@Suite struct RecentEventTests {
    private static let start = Timestamp(unixSeconds: 1_800_000_000)

    private static func app() throws -> AppDocument {
        AppDocument(
            name: try #require(Name("zoom")), generation: 2, accountID: "a", clientID: "c", marketplaceAppID: nil,
            environment: .commercial, tokenURL: "t", apiURL: "u", secretFingerprint: "f", secretLength: 1,
            secretCreatedAt: start, createdAt: start, profile: AppProfile(), labels: Labels(),
            policy: PolicyDocument(RotationPolicy(), nextAt: nil), warnings: [])
    }

    private static func rotation(
        _ id: String, base: Int, after seconds: Int, state: RotationPhase = .retired, reason: String? = nil
    ) throws -> RotationDocument {
        let at = start + seconds
        let isOver = state.isFinal
        return RotationDocument(
            id: id, app: try #require(Name("zoom")), state: state, trigger: .schedule, base: base, plannedAt: at,
            due: nil, oldSecretExpiresAt: nil, promotedAt: state == .refused ? nil : at + 1,
            endedAt: isOver ? at + 2 : nil, calls: 1, reason: reason, hint: nil)
    }

    @Test func `events are told in their order, each by its code and in words`() throws {
        let history = HistoryDocument(
            appAddedAt: Self.start, current: (2, Self.start + 61),
            rotations: [
                try Self.rotation("0123456789abcdef", base: 1, after: 30, state: .refused, reason: "no scope"),
                try Self.rotation("fedcba9876543210", base: 1, after: 60, state: .draining),
            ])
        let holder = HolderList.Holder(
            node: .first, client: try #require(Name("ping")), generation: 2, isCurrent: true, at: Self.start + 90,
            isAcknowledged: true)
        let events = RecentEvent.last(10, app: try Self.app(), history: history, holders: [holder], targets: [])
        #expect(
            events.map(\.event.rawValue) == [
                "app_added", "rotation_started", "rotation_ended", "rotation_started", "secret_live", "acknowledged",
            ])
        #expect(events[2].detail == "rotation 01234567 ended, refused: no scope")
        #expect(events[4].detail == "generation 2 is live" && events[4].at == Self.start + 61)
        #expect(events[5].detail == "client ping acknowledged generation 2")
    }

    @Test func `of a thousand rotations only the last ten events are told`() throws {
        let rotations = try (0..<1000).map { try Self.rotation("id\($0)", base: $0 + 1, after: 10 * $0) }
        let history = HistoryDocument(
            appAddedAt: Self.start, current: (1001, Self.start + 9991), rotations: rotations)
        let events = RecentEvent.last(10, app: try Self.app(), history: history, holders: [], targets: [])
        #expect(events.count == 10 && events.last?.detail == "rotation id999 ended, done")
        #expect(events.map(\.at) == events.map(\.at).sorted())
    }
}
