import SocketAPI

/// What a connection does in its turn, every second, and when the server stops.
extension Connection {
    var isStranger: Bool { place?.standing == .stranger }
    /// Whether it may be answered in this turn.
    var hasTurn: Bool { share.left > 0 }
    var share: TurnShare { isStranger ? worker.shares.strangers : shareOfUser }

    /// Called once a second.
    func tick() {
        // A connection does not outlive its process, nor follow it to another user.
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

    /// Counts the connection under its caller's present standing, and closes it if that has no room.
    func updateStanding() { if !worker.reclassify(&place, as: caller) { close() } }

    /// Closes the connection if the client has not read an answer, or an answer waits for its audit line.
    /// - Parameter unfinished: also if an incomplete request has arrived.
    func revoke(unfinished: Bool) {
        if unsent != nil || state.isHeld || (unfinished && state.isWithin && state.phase == .reading) { close() }
    }
}
