import Domain
import SocketAPI
import Testing

@testable import Terminal

/// An app's generations and rotations on one line of time.
@Suite struct HistoryTextTests {
    private static let now = Timestamp(unixSeconds: 1_800_000_000)

    private static func rotation(
        _ id: String, base: Int, daysAgo: Int, state: RotationPhase = .retired, promoted: Bool = true,
        reason: String? = nil,
        dies: Timestamp? = nil
    ) throws -> RotationDocument {
        let at = now + -daysAgo * 86_400
        return RotationDocument(
            id: id, app: try #require(Name("zoom")), state: state, trigger: .schedule, base: base, plannedAt: at,
            due: nil, oldSecretExpiresAt: dies ?? at + (state == .retired ? 86_400 : 30 * 86_400),
            promotedAt: promoted ? at + 60 : nil,
            endedAt: state == .retired ? at + 86_400 : nil, calls: 1, reason: reason, hint: nil)
    }

    private static func history(_ current: (Int, Timestamp), _ rotations: [RotationDocument]) -> HistoryDocument {
        HistoryDocument(appAddedAt: now + -100 * 86_400, current: current, rotations: rotations)
    }

    @Test func `generations stand in their order, with what made them and when they ended`() throws {
        let history = Self.history(
            (3, Self.now + -10 * 86_400 + 60),
            [
                try Self.rotation("aa", base: 1, daysAgo: 50),
                try Self.rotation("bb", base: 2, daysAgo: 20, state: .refused, promoted: false, reason: "no scope"),
                try Self.rotation("cc", base: 2, daysAgo: 10, state: .draining),
            ])
        #expect(history.generations.map(\.generation) == [1, 2, 3])
        #expect(history.generations.map(\.origin) == [.added, .rotation, .rotation])
        let lines = HistoryText(history, now: Self.now).text(Paint(.never), width: nil).split(separator: "\n")
            .map(String.init)
        #expect(lines.count == 4)
        #expect(lines[0].hasSuffix("○  generation 1, added with the app, valid until \(Self.now + -49 * 86_400)"))
        #expect(lines[1].contains("generation 2, rotation aa, by schedule, expires "))
        #expect(lines[2].hasSuffix("✗  rotation bb, by schedule, refused: no scope"))
        #expect(lines[3].hasSuffix("●  generation 3, rotation cc, by schedule, current, 9 d old"))
        #expect(lines == lines.sorted())
    }

    @Test func `a secret that a superseded rotation left alive has not ended`() throws {
        let superseded = try Self.rotation("aa", base: 1, daysAgo: 5, dies: Self.now + 25 * 86_400)
        let history = Self.history((2, Self.now + -5 * 86_400 + 60), [superseded])
        let text = HistoryText(history, now: Self.now).text(Paint(.never), width: nil)
        #expect(text.contains("generation 1, added with the app, expires \(Self.now + 25 * 86_400)"), "\(text)")
    }

    @Test func `a generation that no rotation made came with other IDs, at a time that only the newest one tells`()
        throws
    {
        let history = Self.history((4, Self.now + -60), [try Self.rotation("aa", base: 2, daysAgo: 50)])
        #expect(history.generations.map(\.origin) == [.added, .identified, .rotation, .identified])
        #expect(history.generations.map { $0.since != nil } == [true, false, true, true])
        let text = HistoryText(history, now: Self.now).text(Paint(.never), width: nil)
        #expect(text.contains("time unknown          ○  generation 2, made by new IDs of the app"))
        #expect(text.contains("generation 4, made by new IDs of the app, current, 60 s old"))
        let numbers = text.matches(of: #/generation (\d)/#).map { String($0.1) }
        #expect(numbers == ["1", "2", "3", "4"])
    }

    @Test func `an app that was never rotated has one generation`() {
        let history = Self.history((1, Self.now + -100 * 86_400), [])
        #expect(history.generations.count == 1)
        #expect(HistoryText(history, now: Self.now).text(Paint(.never), width: 60).split(separator: "\n").count == 2)
    }
}
