import SocketAPI

/// What a connection does in its turn, as time goes by, and at the end of the server.
extension Connection {
    var isStranger: Bool { place.standing == .stranger }
    /// Whether it may be answered something in this turn.
    var hasTurn: Bool { !isStranger || worker.leftOfStrangers > 0 }

    /// Called once a second.
    func tick() {
        // It does not outlive its process, nor go with it to another user.
        if state.isOverdue(now: now, worker.limits, isDraining: worker.isDraining) || process?.isStill(caller) == false
        {
            close()
        } else {
            watch?.tick()
        }
    }

    func drain(_ refusal: RenderedResponse) {
        state.drains()
        watch?.end(refusal)
        settle()
    }

    /// Counts as its caller does by now, and goes where there are too many of these.
    func updateStanding() { if !worker.reclassify(&place, as: caller) { close() } }

    /// Forgets what the client has not taken in.
    /// - Parameter unfinished: also what arrived of a request that is not whole.
    func revoke(unfinished: Bool) {
        if unsent != nil || (unfinished && state.isWithin && state.phase == .reading) { close() }
    }
}
