import Domain
import Testing
import Vault

@testable import PushTargets

/// What two looks at a connection tell of somebody else's doings, whatever the console's manners.
@Suite struct SightingTests {
    private static func seen(_ secret: String?, _ savedAt: String? = "d1", _ rest: String = "r1") -> Sighting {
        Sighting(secret: secret, savedAt: savedAt, rest: rest)
    }

    private static let known = seen("e1")

    @Test func `the same encrypted text is the same secret, whatever else was saved`() {
        for other in [Self.known, Self.seen("e1", "d2", "r2"), Self.seen("e1", nil, "r2")] {
            #expect(Sighting.compare(Self.known, other) == .same(.secret))
        }
        #expect(Sighting.compare(Self.known, Self.seen("e2"), Self.seen("e1")) == .same(.secret), "undone meanwhile")
    }

    @Test func `another text is checked again, and if it stays it is a change`() {
        #expect(Sighting.compare(Self.known, Self.seen("e2")) == .lookAgain)
        for (date, moved) in [("d1", nil), ("d2", "d2"), (nil, nil)] as [(String?, String?)] {
            let look = Self.seen("e2", date)
            #expect(Sighting.compare(Self.known, look, look) == .changed(.secret, savedAt: moved))
        }
    }

    @Test func `where each check shows another text, the date decides`() {
        let compare = { Sighting.compare(Self.known, Self.seen("e2", $0, $1), Self.seen("e3", $0, $1)) }
        #expect(compare("d1", "r1") == .same(.date))
        #expect(compare("d2", "r1") == .changed(.saved, savedAt: "d2"))
        #expect(compare(nil, "r1") == .changed(.saved, savedAt: nil))
        #expect(
            Sighting.compare(Self.known, Self.seen("e2", "d1"), Self.seen("e3", "d2"))
                == .changed(.saved, savedAt: "d2"),
            "saved between the looks")
    }

    @Test func `without a date the rest decides, and a date that comes is a change`() {
        let known = Self.seen("e1", nil)
        let compare = { Sighting.compare(known, Self.seen("e2", $0, $1), Self.seen("e3", $0, $1)) }
        #expect(compare(nil, "r1") == .same(.rest))
        #expect(compare(nil, "r2") == .changed(.saved, savedAt: nil))
        #expect(compare("d1", "r1") == .changed(.saved, savedAt: "d1"))
    }

    @Test func `a secret that shows no text is told by date and rest, and one that appears or disappears is a change`()
    {
        let silent = Self.seen(nil)
        #expect(Sighting.compare(silent, silent) == .same(.date))
        #expect(Sighting.compare(silent, Self.seen(nil, "d2")) == .changed(.saved, savedAt: "d2"))
        #expect(Sighting.compare(Self.known, silent) == .changed(.secret, savedAt: nil))
        #expect(Sighting.compare(silent, Self.known) == .changed(.secret, savedAt: nil))
    }

    @Test func `without a record there is no change, and the last sighting is saved where it proves something`() {
        #expect(Sighting.compare(nil, Self.known) == .same(.nothing))
        #expect(Self.known.updated(.secret, Self.seen("e1", "d2")) == Self.seen("e1", "d2"))
        #expect(Self.known.updated(.date, Self.seen("e9")) == Self.known)
    }

    @Test func `the current secret is put back once an hour, by a clock that may be set back`() {
        let now = Timestamp(unixSeconds: 1_800_000_000)
        var delivery = Delivery()
        #expect(delivery.mayRestore(now: now))
        delivery.recordRestoring(at: now)
        #expect(!delivery.mayRestore(now: now + 3599) && delivery.mayRestore(now: now + 3600))
        let back = now + -86_400
        #expect(!delivery.mayRestore(now: back))
        delivery.correctRestoration(now: back)
        #expect(!delivery.mayRestore(now: back + 3599) && delivery.mayRestore(now: back + 3600))

        delivery.restoration?.succeed(at: now)
        delivery.restoration?.succeed(at: now + 86_400)
        #expect(delivery.restoration?.count == 2 && delivery.restoration?.first == now)
        #expect(delivery.restoration?.isRecent(now: now + 3 * 86_400) == true)
        #expect(delivery.restoration?.isRecent(now: now + 4 * 86_400) == false)
        delivery.restoration?.succeed(at: now + 9 * 86_400)
        #expect(delivery.restoration?.count == 1, "what was long ago does not count")
        delivery.restoration?.forget()
        #expect(delivery.restoration?.isRecent(now: now) == false && delivery.restoration?.triedAt == back)
    }

    @Test func `a check recorded by a clock that was ahead does not delay the next one`() {
        let now = Timestamp(unixSeconds: 1_800_000_000)
        var delivery = Delivery()
        #expect(delivery.isLookDue(after: 900, now: now))
        delivery.lookedAt = now
        #expect(!delivery.isLookDue(after: 900, now: now + 899) && delivery.isLookDue(after: 900, now: now + 900))
        #expect(delivery.isLookDue(after: 900, now: now + -60))
    }
}
