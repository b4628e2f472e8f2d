import Domain
import Vault

/// When rotations became current, on both clocks. This distinguishes a clock that was set ahead from time that passed.
struct PromotionTimes {
    private let started: Moment
    /// Rotations that became current in this process: the boot clock knows since when, however the wall clock was set.
    private var moments: [String: Moment] = [:]

    init(started: Moment) { self.started = started }

    mutating func record(_ rotation: Rotation, at now: Moment) { moments[rotation.id] = now }

    mutating func forget(_ rotation: Rotation) { moments[rotation.id] = nil }

    /// - Returns: `nil` for a rotation that is not current yet. For one that became current before this process started,
    ///   the wall clock at that start decides.
    func since(_ rotation: Rotation) -> Moment? {
        guard let promotedAt = rotation.promotedAt else { return nil }
        return moments[rotation.id] ?? Moment(wall: promotedAt, boot: started.boot - (started.wall - promotedAt))
    }
}
