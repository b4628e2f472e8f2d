package import Domain

/// A recurring due time: every so many seconds, within windows, with each key at a fixed place in them.
///
/// Store a due time and start the work when it comes; after a start, or after the clock was set, use
/// ``caughtUp(_:now:)``. The same arguments always give the same result.
package struct Recurrence: Equatable, Sendable {
    /// In seconds. What is overdue by more is spread over this time; what is overdue by less is due now.
    package static let catchUp = 600
    /// The most, in seconds, by which anything is due early; a tenth of the interval if that is less.
    package static let mostEarly = 6 * 3_600

    /// Seconds, 1 to ``DurationText/longest``.
    package let every: Int
    /// Empty for any time.
    package let windows: [Window]
    package let zone: TimeZoneRules
    private let hash: UInt64

    /// - Parameters:
    ///   - every: in seconds; clamped to the allowed range.
    ///   - splayKey: distinguishes this recurrence from others that were created together, such as the app's ID.
    package init(every: Int, windows: [Window] = [], zone: TimeZoneRules = .utc, splayKey: String) {
        self.every = min(max(every, 1), DurationText.longest)
        self.windows = windows
        self.zone = zone
        hash = splayKey.fnv1a
    }

    /// The next due time, at most `every` seconds after the last one. With windows, it lies in the last opening before
    /// that. Without windows, it is up to a tenth of the interval early, at most ``mostEarly``, which spreads what was
    /// created together.
    ///
    /// If no opening lies within the interval, the next one after it counts. An opening in the first tenth of the
    /// interval (at most ``mostEarly``) is skipped, so that something done by hand is not repeated at once.
    /// - Parameter last: the last time, or the creation if there was none. If it is in the future, because the clock
    ///   was set back, `now` is used instead.
    package func due(after last: Timestamp, now: Timestamp) -> Timestamp {
        caughtUp(planned(after: min(last, now)), now: now)
    }

    /// A stored due time as of now. It stays if it is in the future, or overdue by at most ``catchUp`` and within the
    /// windows. Otherwise it moves: to within ``catchUp`` from now, or into the next opening.
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

    /// The key's place in an opening, between two instants. If that place has passed while the opening lasts, a place
    /// as without windows, but before the opening closes.
    private func place(
        in opening: Range<Timestamp>, from earliest: Timestamp, to latest: Timestamp, _ early: Int
    ) -> Timestamp? {
        guard opening.lowerBound <= latest else { return nil }
        // Halved, not cut off: due times too late for the interval would otherwise crowd at its end.
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

    /// The key's place in an opening. The last tenth stays free, because the work takes time too.
    private func slot(in opening: Range<Timestamp>) -> Timestamp {
        let length = opening.upperBound - opening.lowerBound
        return opening.lowerBound + place(in: min(length - length / 10, every))
    }

    /// From 0 up to, but not including, `count`.
    private func place(in count: Int) -> Int { count > 0 ? Int(hash % UInt64(count)) : 0 }
}
