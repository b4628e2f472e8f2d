import Dispatch
import Glibc

/// Waits for SIGTERM, SIGINT or, if wanted, the end of standard input.
struct StopSignal {
    private let stops: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    /// From here on the signals do not end the process, and none is missed.
    init(watchingStandardInput: Bool) {
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        self.stops = stops
        let registered = DispatchSemaphore(value: 0)
        sources = [SIGTERM, SIGINT].map { number in
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { stop.yield() }
            source.setRegistrationHandler { registered.signal() }
            source.resume()
            return source
        }
        // Signals before the registration would be lost.
        for _ in sources { registered.wait() }
        if watchingStandardInput {
            DispatchQueue.global().async {
                Streams.drain(STDIN_FILENO)
                stop.yield()
            }
        }
    }

    func wait() async {
        for await _ in stops { return }
    }
}
