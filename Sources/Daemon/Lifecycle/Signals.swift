import Dispatch
import Glibc

/// Delivers signals as a stream, instead of the kernel's default action.
enum Signals {
    /// Contains each of these signals that arrives after this returns. Signals that arrive while nobody waits count as
    /// one.
    static func stream(of numbers: CInt...) -> AsyncStream<CInt> {
        let (stream, arrivals) = AsyncStream.makeStream(of: CInt.self, bufferingPolicy: .bufferingNewest(1))
        let registered = DispatchSemaphore(value: 0)
        // Used once, when the stream ends.
        nonisolated(unsafe) let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { arrivals.yield(number) }
            source.setRegistrationHandler { registered.signal() }
            source.activate()
            return source
        }
        // Signals before the registration would be lost.
        for _ in numbers { registered.wait() }
        arrivals.onTermination = { _ in for source in unsafe sources { source.cancel() } }
        return stream
    }
}
