import Dispatch
import Glibc

/// Signals as they come, in place of what the kernel would do at them.
enum Signals {
    /// Every signal of these from now on. Those that come while nobody waits count as one.
    static func stream(of numbers: CInt...) -> AsyncStream<CInt> {
        let (stream, arrivals) = AsyncStream.makeStream(of: CInt.self, bufferingPolicy: .bufferingNewest(1))
        // Touched once, when the stream ends.
        nonisolated(unsafe) let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { arrivals.yield(number) }
            source.activate()
            return source
        }
        arrivals.onTermination = { _ in for source in unsafe sources { source.cancel() } }
        return stream
    }
}
