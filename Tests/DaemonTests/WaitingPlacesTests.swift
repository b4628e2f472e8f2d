import Testing

@testable import Daemon

/// Who may wait for a change when many want to.
@Suite struct WaitingPlacesTests {
    private static func take(_ count: Int, _ uid: UInt32, _ places: inout WaitingPlaces, isOwner: Bool = false) -> Int {
        (0..<count).count { _ in places.claim(uid, isOwner: isOwner) == nil }
    }

    @Test func `one user has half of the places, and two do not have all`() {
        var places = WaitingPlaces(limit: 320)
        #expect(Self.take(1_000, 1, &places) == 160)
        #expect(places.claim(1, isOwner: false) == .user(1))
        #expect(Self.take(1_000, 2, &places) == 80)
        for uid in 3..<11 as Range<UInt32> { #expect(Self.take(1_000, uid, &places) == 10) }
        #expect(places.claim(99, isOwner: false) == .full && places.total == 320)
        places.release(1)
        #expect(places.claim(99, isOwner: false) == nil)
    }

    @Test func `the owner is bound by the total alone`() {
        var places = WaitingPlaces(limit: 32)
        #expect(Self.take(100, 0, &places, isOwner: true) == 32)
        #expect(places.claim(0, isOwner: true) == .full)
    }

    @Test(arguments: 0...3) func `the smallest limit still leaves a place`(limit: Int) {
        var places = WaitingPlaces(limit: limit)
        #expect(Self.take(9, 1, &places) == min(limit, 1))
    }
}
