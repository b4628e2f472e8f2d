import NIOCore

/// The connections of one event loop, and the second hand that moves their time limits. Used on that loop alone.
final class ConnectionTable {
    private(set) var now = 0
    /// Whether the daemon stops: each connection gets one more answer at most.
    private(set) var isDraining = false
    let batch = AnswerBatch()
    /// Where answers are counted, if they are.
    let tally: SocketTally?
    private var handlers: [ObjectIdentifier: ConnectionHandler] = [:]

    init(tally: SocketTally? = nil) { self.tally = tally }

    func add(_ handler: ConnectionHandler) { handlers[ObjectIdentifier(handler)] = handler }
    func remove(_ handler: ConnectionHandler) { handlers[ObjectIdentifier(handler)] = nil }

    /// One timer for all: a timer per request would cost more than the request.
    func start(on eventLoop: any EventLoop) {
        let table = NIOLoopBound(self, eventLoop: eventLoop)
        eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in table.value.tick() }
    }

    func drain() {
        isDraining = true
        for handler in handlers.values { handler.drain() }
    }

    private func tick() {
        now += 1
        for handler in handlers.values { handler.tick() }
    }
}
