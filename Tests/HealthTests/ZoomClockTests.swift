import Domain
import HTTPTransport
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import Health

/// This host's clock beside the one of whoever answers.
@Suite struct ZoomClockTests {
    /// Zoom, whose clock is right; the answers have the fields of a test.
    private struct Zoom: HTTPTransport {
        let fields: HTTPFields
        func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
            HTTPResponse(status: 200, headers: fields, body: SecretBox(""))
        }
    }

    private static let date = "Tue, 14 Nov 2023 22:13:20 GMT"
    private static let right = 1_700_000_000

    private func answer(_ fields: HTTPFields, _ clock: ZoomClock, _ time: ManualTime) async throws {
        let transport = ClockedTransport(Zoom(fields: fields), clock: clock, time: time)
        _ = try await transport.send(HTTPRequest(.get, try EndpointURL("https://zoom.us/oauth/token")))
    }

    @Test(
        arguments: [
            (0, nil), (60, nil), (-60, nil), (61, "1 min ahead of"), (-61, "1 min behind"),
            (7200, "2 h ahead of"),
            (-90_000, "1 d 1 h behind"),
        ] as [(Int, String?)])
    func `a clock that differs by more than a minute is a problem, once two answers say so`(
        ahead: Int, words: String?
    ) async throws {
        let time = ManualTime(wall: Self.right + ahead)
        let clock = ZoomClock(time: time)
        try await answer(["Date": Self.date], clock, time)
        #expect(clock.difference == nil)
        try await answer(["Date": Self.date], clock, time)
        #expect(clock.difference?.words == words.map { "this host's clock is \($0) Zoom's" })
        let problems = ClockProblem.difference(clock.difference).map { $0.graded(at: time.now.wall) }
        #expect(problems.map { "\($0.severity) \($0.code)" } == (words == nil ? [] : ["warning clock_differs"]))
        #expect(
            problems.allSatisfy { $0.detail.contains("https://zoom.us") && $0.hint?.contains("timedatectl") == true })
    }

    @Test func `a clock that is set wrong stays a problem when Zoom's next answer confirms it`() async throws {
        let time = ManualTime(wall: Self.right)
        let clock = ZoomClock(time: time)
        for _ in 0..<2 { try await answer(["Date": Self.date], clock, time) }
        time.setWall(by: -7200)
        #expect(clock.difference?.ahead == -7200)
        try await answer(["Date": Self.date], clock, time)
        #expect(clock.difference?.ahead == -7200)
    }

    @Test func `an answer without a date, or out of a cache, says nothing`() async throws {
        let time = ManualTime(wall: Self.right + 7200)
        let clock = ZoomClock(time: time)
        for fields in [[:], ["Date": "yesterday"], ["Date": Self.date, "Age": "7200"]] as [HTTPFields] {
            for _ in 0..<2 { try await answer(fields, clock, time) }
        }
        #expect(clock.difference == nil)
    }

    @Test func `a clock that is set right is right at once, and an old answer does not count`() async throws {
        let time = ManualTime(wall: Self.right + 7200)
        let clock = ZoomClock(time: time)
        for _ in 0..<2 { try await answer(["Date": Self.date], clock, time) }
        #expect(clock.difference?.ahead == 7200)
        time.setWall(by: -7200)
        #expect(clock.difference == nil)
        time.setWall(by: -3600)
        #expect(clock.difference?.ahead == -3600)
        time.pass(3600)
        #expect(clock.difference == nil)
    }
}
