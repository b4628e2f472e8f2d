import Domain
import TestSupport
import Testing

@testable import Health

/// Whether Zoom gives usable answers: the value alone, with a clock that is a number.
@Suite struct ZoomContactTests {
    private static let start = Moment(wall: Timestamp(unixSeconds: 1_800_000_000), boot: 1000)
    private static func at(_ seconds: Int) -> Moment {
        Moment(wall: start.wall + seconds, boot: start.boot + seconds)
    }

    @Test func `a Zoom that was not asked for five minutes is asked, and one that failed is asked each minute`() {
        var contact = ZoomContact(heard: Self.start.wall)
        #expect(!contact.isDue(Self.at(299)) && contact.isDue(Self.at(300)))
        contact.begin(Self.at(300))
        contact.failed("cannot connect", of: nil, Self.at(301))
        #expect(!contact.isDue(Self.at(360)) && contact.isDue(Self.at(361)))
        contact.failed("cannot connect", of: .test("zoom"), Self.at(361))
        contact.failed("cannot connect", of: nil, Self.at(362))
        #expect(contact.failure?.app == .test("zoom"), "the app whose token was wanted is asked for again")
        contact.answered(Self.at(400), of: .test("zoom"))
        #expect(contact.failure == nil && !contact.isDue(Self.at(699)) && contact.isDue(Self.at(700)))
        #expect(ZoomContact(heard: Self.start.wall + -86_400).isDue(Self.start), "at a start")
    }

    @Test func `a quarter of an hour without an answer is a problem, and only after a failure`() {
        var contact = ZoomContact(heard: Self.start.wall)
        #expect(contact.silence(Self.at(9999).wall) == nil)
        contact.failed("cannot connect", of: nil, Self.at(300))
        #expect(contact.silence(Self.at(899).wall) == nil && contact.silence(Self.at(900).wall) == 900)
        for minute in 6..<60 { contact.failed("no answer in time", of: nil, Self.at(minute * 60)) }
        #expect(contact.failure?.since == Self.at(300).wall && contact.failure?.reason == "no answer in time")
        #expect(contact.silence(Self.at(3600).wall) == 3600)
        contact.answered(Self.at(3601))
        #expect(contact.silence(Self.at(9999).wall) == nil)
    }

    @Test func `answers for other apps do not end an app's own problem`() {
        var contact = ZoomContact(heard: Self.start.wall)
        let (one, other) = (Name.test("one"), Name.test("other"))
        // Others mint all the time: the place is well.
        for second in stride(from: 0, through: 120, by: 10) {
            contact.failed("Zoom has an internal error", of: one, Self.at(second))
            contact.answered(Self.at(second + 1), of: other)
            #expect(!contact.isFailing(Self.at(second + 5).wall))
        }
        #expect(contact.isFailing(Self.at(120).wall, of: one) && !contact.isFailing(Self.at(120).wall, of: other))
        #expect(contact.apps[one]?.since == Self.start.wall)
        contact.answered(Self.at(200), of: one)
        #expect(!contact.isFailing(Self.at(300).wall, of: one) && contact.apps.isEmpty)
    }

    @Test func `a reachable address does not disprove a token that was refused`() {
        var contact = ZoomContact(heard: Self.start.wall)
        contact.failed("Zoom limits the number of calls", of: .test("one"), Self.start)
        contact.answered(Self.at(60))
        #expect(contact.isFailing(Self.at(60).wall) && contact.heard == Self.start.wall)
        #expect(contact.silence(Self.at(900).wall) == 900)
    }

    @Test func `one failure long after the last answer is no problem yet`() {
        var contact = ZoomContact(heard: Self.start.wall + -86_400)
        contact.failed("the host name cannot be resolved", of: nil, Self.start)
        #expect(!contact.isFailing(Self.at(59).wall) && contact.silence(Self.at(59).wall) == nil)
        #expect(contact.isFailing(Self.at(60).wall) && contact.silence(Self.at(60).wall) == 86_460)
    }
}
