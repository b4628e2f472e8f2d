import SocketAPI

/// What a connection waits for without a task, a timer or a thread of its own: it is told on the connection's event
/// loop, where everything here happens.
protocol Watch: AnyObject {
    /// Begins. An answer that is there at once is returned, and then nothing has begun.
    func begin(at connection: ConnectionHandler) -> Answer?
    /// Called once a second.
    func tick()
    /// The client has taken in all that was sent.
    func caughtUp()
    /// Nothing is to be waited for any more. `answer` says why, where the client still expects an answer.
    func end(_ answer: RenderedResponse)
    /// The connection is gone.
    func abandon()
}
