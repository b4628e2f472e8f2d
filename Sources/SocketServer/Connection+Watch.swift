package import SecretMemory
package import SocketAPI

/// The connection's interface for a watch.
extension Connection {
    package var loop: EventLoop { worker.loop }
    /// In seconds, of the clock that ticks a watch.
    package var now: Int { worker.now }

    /// Sends the answer that the client waited for. The connection continues with the next request.
    package func answer(_ answer: RecordedResponse) {
        guard state.phase != .closed else { return }
        watch = nil
        queue(answer, isImmediate: false)
        worker.scheduleTurn(of: self)
    }

    /// Sends the head of a streamed answer, which ends with the connection.
    package func send(head: RenderedResponse) {
        enqueue(.answer(RecordedResponse(head), isLast: true, headAlone: false))
    }

    /// Sends a part of a streamed answer. Call it only when nothing is unsent.
    package func send(part: SecretBox) {
        state.progressed(now: now)
        enqueue(.part(part))
    }

    /// Sends the last part of a streamed answer. A slow client is not waited for.
    package func send(last part: SecretBox) {
        guard !state.isBehind else { return close() }
        watch = nil
        state.ends(now: now)
        enqueue(.part(part))
    }
}
