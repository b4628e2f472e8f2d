package import Domain

/// When something falls due again and again: every so many seconds, within windows, each key at a place of its own.
///
/// An answer is to be stored, and work begun when it has come; after a start, or when the clock was set, see
/// ``caughtUp(_:now:)``. The same question always has the same answer.
package struct Recurrence: Equatable, Sendable {
    /// What is overdue by more is spread over as much, in seconds; what is overdue by less is due.
    package static let catchUp = 600
    /// The most, in seconds, by which anything falls due early; a tenth of the interval if that is less.
    package static let mostEarly = 6 * 3_600

    /// Seconds, 1 to ``DurationText/longest``.
    package let every: Int
    /// None for any time.
    package let windows: [Window]
    package let zone: TimeZoneRules
    private let hash: UInt64

    /// - Parameters:
    ///   - every: moved to the nearest that is allowed.
    ///   - splayKey: what tells this from all others that were made together, such as the app's ID.
    package init(every: Int, windows: [Window] = [], zone: TimeZoneRules = .utc, splayKey: String) {
        self.every = min(max(every, 1), DurationText.longest)
        self.windows = windows
        self.zone = zone
        hash = Self.hash(splayKey)
    }

    /// Due `every` after the last time at the latest: in the last opening of the windows before that, or, without windows,
    /// up to a tenth of the interval early, at most ``mostEarly``, which spreads what was made together.
    ///
    /// Where no opening lies within the interval, the next one after it. What the first such part of the interval holds
    /// counts as none: something done by hand is not done again at once.
    /// - Parameter last: the beginning, if there was no last time. In its place counts `now` where it lies in the
    ///   future, for then the clock was set back.
    package func due(after last: Timestamp, now: Timestamp) -> Timestamp {
        caughtUp(planned(after: min(last, now)), now: now)
    }

    /// A stored due time, as seen now: itself if it is ahead, or overdue by no more than ``catchUp`` and not outside
    /// the windows; otherwise once again, within ``catchUp`` of now or in the next opening.
    package func caughtUp(_ due: Timestamp, now: Timestamp) -> Timestamp {
        guard due < now else { return due }
        let isLong = now - due > Self.catchUp
        guard !windows.isEmpty else { return isLong ? now + place(in: Self.catchUp + 1) : due }
        guard let opening = windows.opening(at: now, in: zone) else { return slot(inOpeningFrom: now) ?? due }
        return isLong ? now + place(in: min(Self.catchUp + 1, opening.upperBound - now)) : due
    }

    private func planned(after last: Timestamp) -> Timestamp {
        let latest = last + every
        let early = min(every / 10, Self.mostEarly)
        guard !windows.isEmpty else { return latest + -place(in: early + 1) }
        let within = windows.openings(before: latest, backTo: last, in: zone)
            .compactMap { place(in: $0, from: last + early, to: latest, early) }
        return within.max() ?? slot(inOpeningFrom: latest + 1) ?? latest
    }

    /// The key's place in an opening, between two instants. Where its own has passed while the opening lasts, one as
    /// without a window, but before it closes.
    private func place(
        in opening: Range<Timestamp>, from earliest: Timestamp, to latest: Timestamp, _ early: Int
    ) -> Timestamp? {
        guard opening.lowerBound <= latest else { return nil }
        // Halved, and not cut off: what begins too late for the interval would crowd at its end.
        var offset = slot(in: opening) - opening.lowerBound
        while opening.lowerBound + offset > latest { offset /= 2 }
        if opening.lowerBound + offset >= earliest { return opening.lowerBound + offset }
        let start = max(latest + -early, earliest)
        guard opening.contains(start) else { return nil }
        return start + place(in: min(latest - start + 1, opening.upperBound - start))
    }

    private func slot(inOpeningFrom instant: Timestamp) -> Timestamp? {
        windows.nextOpening(atOrAfter: instant, in: zone).map { slot(in: $0) }
    }

    /// The key's place in an opening. Its last tenth stays free, since what begins also takes its time.
    private func slot(in opening: Range<Timestamp>) -> Timestamp {
        let length = opening.upperBound - opening.lowerBound
        return opening.lowerBound + place(in: min(length - length / 10, every))
    }

    /// 0 up to, not including, `count`.
    private func place(in count: Int) -> Int { count > 0 ? Int(hash % UInt64(count)) : 0 }

    /// FNV-1a: the same in every run, unlike Swift's own.
    private static func hash(_ key: String) -> UInt64 {
        key.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
