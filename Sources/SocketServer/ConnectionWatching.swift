package import SecretMemory
package import SocketAPI

/// What a watch does with its connection.
extension Connection {
    package var loop: EventLoop { worker.loop }
    /// Seconds, on the clock that ticks a watch.
    package var now: Int { worker.now }

    /// The answer that was watched or waited for. The connection goes on with the next request.
    package func answer(_ answer: RecordedResponse) {
        guard state.phase != .closed else { return }
        watch = nil
        queue(answer)
        worker.scheduleTurn(of: self)
    }

    /// The first bytes of an answer that ends with the connection.
    package func send(head: RenderedResponse) {
        enqueue(.answer(RecordedResponse(head), isLast: true, headAlone: false))
    }

    /// A part of such an answer. To be called only when nothing is on its way any more.
    package func send(part: SecretBox) {
        state.progressed(now: now)
        enqueue(.part(part))
    }

    /// The last part of such an answer. Who is behind is not waited for.
    package func send(last part: SecretBox) {
        guard !state.isBehind else { return close() }
        watch = nil
        state.ends(now: now)
        enqueue(.part(part))
    }
}
