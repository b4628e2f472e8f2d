import Domain
import SocketAPI
import Terminal

/// Rotates several apps, a few at once.
struct RotateMany {
    let bulk: Bulk
    /// In seconds.
    let overlap: Int?
    let wait: Bool
    /// In seconds, for all together.
    let timeout: Int?

    func run() throws {
        let common = bulk.common
        let running: RotationList = try common.admin.send(.get, "/v1/rotations").document()
        let follower = RotationFollower(
            common: common, toTheEnd: false, throughPublishing: true, isQuiet: true, timeout: timeout)
        try bulk.run { app in
            plan(app, running.rotations.first { $0.app == app.name })
        } act: { [overlap] app in
            let request = RotateRequest(overlap: overlap, clientSecret: nil)
            let answer = try common.admin.send(
                .post, "/v1/apps/\(app.name)/rotate", body: request.render(), within: follower.patience)
            let (rotation, failure) = try follower.follow(try answer.document())
            return attempt(rotation, failure)
        } ending: { results, tell in
            guard wait else { return results }
            let ending = RotationFollower(common: common, toTheEnd: true, timeout: timeout)
            return try results.map { result in
                let last = try toTheEnd(result, ending)
                if last != result { tell(last) }
                return last
            }
        }
    }

    private func plan(_ app: AppDocument, _ running: RotationDocument?) -> Bulk.Result {
        if let running {
            return Bulk.Result(
                app.name, .leftOut,
                Advice(
                    "a rotation is under way, in state '\(running.state.words)'",
                    try: "keyturn rotation show \(running.id)"),
                rotation: running.id)
        }
        guard app.marketplaceAppID != nil else {
            return Bulk.Result(
                app.name, .leftOut,
                Advice(
                    "its Marketplace app ID is unknown",
                    try: "keyturn app set \(app.name) --marketplace-app-id ID, or keyturn rotate \(app.name) --manual"))
        }
        let overlap = overlap ?? app.policy.policy.overlap
        let both =
            overlap == 0
            ? "until every holder has moved" : "for \(DurationText(seconds: overlap)?.description ?? "") at least"
        return Bulk.Result(app.name, .planned, Advice("generation \(app.generation) is replaced; both work \(both)"))
    }

    private func attempt(_ rotation: RotationDocument, _ failure: CommandFailure?) -> Bulk.Attempt {
        guard let failure else {
            let end = rotation.oldSecretExpiresAt.map { "; the old secret expires by \($0)" } ?? ""
            return Bulk.Attempt(
                result: Bulk.Result(
                    rotation.app, .done, Advice("generation \(rotation.target) is live\(end)"), rotation: rotation.id))
        }
        // Before Zoom made a secret, what fails and passes is Zoom's, or the way there.
        let isZooms = failure.status == .temporary && rotation.promotedAt == nil && rotation.attempts > 0
        return Bulk.Attempt(
            result: Bulk.Result(rotation.app, failure, rotation: rotation.id), reach: isZooms ? .account : .app)
    }

    /// With `--wait`, once each rotation has begun.
    private func toTheEnd(_ result: Bulk.Result, _ follower: RotationFollower) throws -> Bulk.Result {
        guard result.outcome == .done, let id = result.rotation else { return result }
        let (rotation, failure) = try follower.follow(try RotationCommand.show(id, bulk.common))
        if let failure { return Bulk.Result(result.app, failure, rotation: rotation.id) }
        return Bulk.Result(
            result.app, .done, Advice("generation \(rotation.target) is live, and the old secret is revoked"),
            rotation: rotation.id)
    }
}
