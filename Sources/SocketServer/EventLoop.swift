import CPlatform
import Glibc
import Synchronization
package import System

/// The events of a descriptor.
struct Readiness: OptionSet {
    let rawValue: UInt32

    static let readable = Readiness(rawValue: UInt32(KT_READABLE))
    static let writable = Readiness(rawValue: UInt32(KT_WRITABLE))
    /// The other end is closed, or the descriptor is broken. Always reported.
    static let gone = Readiness(rawValue: UInt32(KT_GONE))
    /// If several loops wait for one descriptor, not all of them wake up.
    static let shared = Readiness(rawValue: UInt32(KT_SHARED))
}

/// Something with a descriptor that a loop waits for. Used on the loop's thread only.
protocol EventSource: AnyObject {
    func ready(_ readiness: Readiness)
}

/// One thread that waits for many descriptors at once (epoll(7)), and runs tasks in between.
///
/// Objects of a loop are used on its thread only, so they need no lock: see ``LoopBound``.
@safe package final class EventLoop: @unchecked Sendable {
    /// The callbacks of a loop's owner, called on its thread.
    struct Work {
        /// Called after all events and tasks; returns whether there is more to do at once.
        var endTurn: () -> Bool = { false }
        /// Called once a second.
        var tick: () -> Void = {}
    }

    private struct Asked {
        var tasks: [@Sendable () -> Void] = []
        var isStopped = false
    }

    /// The most events of one wait.
    private static let most = 256

    let set: CInt
    private let bell: CInt
    private let asked = Mutex(Asked())

    // Used on the thread only.
    private var sources: [(any EventSource)?] = []
    private var second = 0
    private(set) var hasMore = false
    /// Whether more descriptors were ready than one wait reports.
    private(set) var isCrowded = false
    private let events: UnsafeMutableBufferPointer<kt_event>
    var work = Work()

    /// - Throws: ``SystemError`` without a free descriptor.
    package init() throws(SystemError) {
        unsafe events = .allocate(capacity: Self.most)
        set = kt_epoll_make()
        bell = kt_eventfd_make()
        guard set >= 0, bell >= 0, kt_epoll_add(set, bell, Readiness.readable.rawValue) == 0 else {
            throw SystemError("cannot make an event loop")
        }
    }

    deinit {
        close(set)
        close(bell)
        unsafe events.deallocate()
    }

    /// Starts the loop on its own thread, which ends with ``stop()``.
    package func start() throws(SystemError) {
        var thread = pthread_t()
        let this = unsafe Unmanaged.passRetained(self)
        let failure = unsafe pthread_create(
            &thread, nil,
            { unsafe Unmanaged<EventLoop>.fromOpaque($0.unsafelyUnwrapped).takeRetainedValue().run() },
            this.toOpaque())
        guard failure == 0 else {
            unsafe this.release()
            throw SystemError("cannot start a thread", failure)
        }
        pthread_detach(thread)
    }

    /// Ends the thread after this turn. Later tasks are not run.
    package func stop() {
        asked.withLock { $0.isStopped = true }
        ring()
    }

    /// Runs a task on the thread at the end of its turn, in the order of the calls.
    package func execute(_ task: @escaping @Sendable () -> Void) {
        let wasIdle = asked.withLock { asked in
            defer { if !asked.isStopped { asked.tasks.append(task) } }
            return asked.tasks.isEmpty
        }
        if wasIdle { ring() }
    }

    private func ring() {
        var one: UInt64 = 1
        _ = unsafe write(bell, &one, 8)
    }

    // MARK: On the thread

    func add(_ source: any EventSource, _ descriptor: CInt, _ wanted: Readiness) -> Bool {
        while sources.count <= descriptor { sources.append(nil) }
        guard kt_epoll_add(set, descriptor, wanted.rawValue) == 0 else { return false }
        sources[Int(descriptor)] = source
        return true
    }

    func change(_ descriptor: CInt, _ wanted: Readiness) { _ = kt_epoll_change(set, descriptor, wanted.rawValue) }

    /// Call it before a registered descriptor is closed. The kernel does this only once no process has the descriptor any
    /// more: a child process that is just being started would keep it registered, under a number that may be reused.
    func remove(_ descriptor: CInt) {
        _ = kt_epoll_remove(set, descriptor)
        sources[Int(descriptor)] = nil
    }

    private func run() -> UnsafeMutableRawPointer? {
        while turn(waiting: hasMore ? 0 : Int32(1_000 - Latency.now / 1_000_000 % 1_000)) {
            let now = Latency.now / 1_000_000_000
            guard now != second else { continue }
            second = now
            work.tick()
            hasMore = true  // what it brought is sent now, not at the next event
        }
        work = Work()
        return nil
    }

    /// Waits once, for at most this many milliseconds, and does all work.
    /// - Returns: whether the loop continues.
    func turn(waiting milliseconds: Int32) -> Bool {
        let count = unsafe Int(kt_epoll_wait(set, events.baseAddress, CInt(events.count), milliseconds))
        isCrowded = count == Self.most
        for index in 0..<count {
            let event = unsafe events[index]
            if event.descriptor == bell { unring() }
            // The source may have been closed earlier in this turn.
            guard event.descriptor < sources.count else { continue }
            sources[Int(event.descriptor)]?.ready(Readiness(rawValue: event.ready))
        }
        let (tasks, isStopped) = asked.withLock { asked in
            defer { asked.tasks = [] }
            return (asked.tasks, asked.isStopped)
        }
        for task in tasks { task() }
        hasMore = work.endTurn()
        return !isStopped
    }

    private func unring() {
        var count: UInt64 = 0
        _ = unsafe read(bell, &count, 8)
    }
}
