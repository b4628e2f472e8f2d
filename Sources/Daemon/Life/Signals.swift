import Dispatch
import Glibc

/// Signals as they come, in place of what the kernel would do at them.
enum Signals {
    /// Every signal of these that comes after this returns. Those that come while nobody waits count as one.
    static func stream(of numbers: CInt...) -> AsyncStream<CInt> {
        let (stream, arrivals) = AsyncStream.makeStream(of: CInt.self, bufferingPolicy: .bufferingNewest(1))
        let registered = DispatchSemaphore(value: 0)
        // Touched once, when the stream ends.
        nonisolated(unsafe) let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { arrivals.yield(number) }
            source.setRegistrationHandler { registered.signal() }
            source.activate()
            return source
        }
        // Until then the kernel drops what comes.
        for _ in numbers { registered.wait() }
        arrivals.onTermination = { _ in for source in unsafe sources { source.cancel() } }
        return stream
    }
}
