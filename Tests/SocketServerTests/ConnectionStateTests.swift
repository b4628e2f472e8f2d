import Testing

@testable import SocketServer

/// What a connection may do next, told from nothing but what happened to it.
@Suite struct ConnectionStateTests {
    /// Something that happens to a connection.
    enum Event {
        case arrives, rests, takes, takesLast, refuses, waits, watches, answers, ends, lingers, drains
        case isBehind, caughtUp, isHeld, isRecorded, hasEnded
    }

    private static let limits: ConnectionLimits = {
        var limits = ConnectionLimits()
        (limits.request, limits.idle, limits.write, limits.linger, limits.stopping) = (10, 60, 9, 2, 1)
        return limits
    }()

    private static func state(_ events: [Event]) -> ConnectionState {
        var state = ConnectionState(now: 0)
        for event in events {
            switch event {
            case .arrives: state.arrived(now: 0)
            case .rests: state.isWithin = false
            case .takes: state.took(isLast: false, now: 0)
            case .takesLast: state.took(isLast: true, now: 0)
            case .refuses: state.refused()
            case .waits: state.waits()
            case .watches: state.watches()
            case .answers: state.answers(now: 0)
            case .ends: state.ends(now: 0)
            case .lingers: state.lingers(now: 0)
            case .drains: state.drains()
            case .isBehind: state.isBehind = true
            case .caughtUp: state.isBehind = false
            case .isHeld: state.commits += 1
            case .isRecorded: state.commits -= 1
            case .hasEnded: state.hasEnded = true
            }
        }
        return state
    }

    private static let asked: [Event] = [.arrives, .takes, .rests, .answers]
    private static let askedLast: [Event] = [.arrives, .takesLast, .rests, .answers]
    private static let refused: [Event] = [.arrives, .refuses, .answers, .rests]

    @Test(
        arguments: [
            ([], .none, true), ([.arrives], .none, true), (asked, .none, true),
            ([.arrives, .takes, .waits], .none, false), ([.arrives, .takes, .watches], .none, false),
            // The client has said all: what was asked is answered first.
            ([.hasEnded], .close, true), (asked + [.hasEnded], .close, true),
            ([.arrives, .takes, .rests, .waits, .hasEnded], .none, false),
            ([.arrives, .takes, .rests, .waits, .hasEnded, .answers], .close, true),
            // The last answer: behind it there is nothing, but not before it is sent.
            (askedLast, .close, false), (askedLast + [.isBehind], .none, false),
            (askedLast + [.isHeld], .none, false), (askedLast + [.isHeld, .isRecorded], .close, false),
            (askedLast + [.isBehind, .caughtUp], .close, false),
            // Who still sends would be told of a reset instead.
            (refused, .linger, false), (refused + [.isBehind], .none, false),
            (refused + [.hasEnded], .close, false), (refused + [.lingers], .none, false),
            (refused + [.lingers, .hasEnded], .close, false),
            ([.arrives, .takesLast, .answers], .linger, false),
            ([.arrives, .takesLast, .answers, .hasEnded], .close, false),
            // A stream ends like a last answer.
            ([.arrives, .takes, .rests, .watches, .ends], .close, false),
            ([.arrives, .takes, .rests, .watches, .ends, .isBehind], .none, false),
            ([.arrives, .takes, .watches, .ends], .linger, false),
            // The daemon stops.
            ([.drains], .none, true), (asked + [.drains], .close, false),
            (asked + [.arrives, .drains], .none, true), ([.arrives, .takes, .rests, .waits, .drains], .none, false),
            ([.arrives, .takes, .rests, .waits, .drains, .answers], .close, false),
        ] as [([Event], ConnectionState.Action, Bool)])
    func `the next state follows from the one before`(
        events: [Event], next: ConnectionState.Action, mayTake: Bool
    ) {
        let state = Self.state(events)
        #expect(state.next(isStarved: true) == next)
        #expect(state.mayTake == mayTake)
        #expect(state.mayRead == (mayTake || events.last == .lingers || events.contains(.lingers)))
    }

    @Test(
        arguments: [
            ([], 10), ([.arrives], 10), (asked, 60), (asked + [.arrives], 10), (asked + [.isBehind], 9),
            (askedLast, 9), (refused, 9), (refused + [.lingers], 2), (asked + [.arrives, .drains], 1),
            ([.arrives, .takes, .waits], Int.max), ([.arrives, .takes, .watches], Int.max),
            ([.arrives, .takes, .watches, .isBehind], 9),
        ] as [([Event], Int)])
    func `each wait has its limit`(events: [Event], limit: Int) {
        let state = Self.state(events)
        let isDraining = events.contains(.drains)
        #expect(!state.isOverdue(now: limit == Int.max ? 1 << 40 : limit, Self.limits, isDraining: isDraining))
        if limit < Int.max { #expect(state.isOverdue(now: limit + 1, Self.limits, isDraining: isDraining)) }
    }

    @Test func `bytes that come one by one do not put off the limit of a request`() {
        var state = ConnectionState(now: 0)
        for now in 0...10 { state.arrived(now: now) }
        #expect(state.isOverdue(now: 11, Self.limits, isDraining: false))
    }
}
