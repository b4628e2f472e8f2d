import Foundation
import Testing

@testable import Daemon

@Suite struct SignalTests {
    /// Whether a signalfd(2) of this process waits for the signal: the kernel drops an ignored one before that.
    private static func isAwaited(_ signal: CInt) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo").contains { name in
            let text = try? String(contentsOfFile: "/proc/self/fdinfo/\(name)", encoding: .utf8)
            guard let mask = text?.firstMatch(of: /sigmask:\s*([0-9a-f]+)/)?.1, let bits = UInt64(mask, radix: 16)
            else {
                return false
            }
            return bits >> (signal - 1) & 1 == 1
        }
    }

    @Test func `a signal that comes right after the call is not lost`() throws {
        // Each once: a source is let go of some time after its stream.
        for signal in 40..<60 as Range<CInt> {
            let stream = Signals.stream(of: signal)
            #expect(try Self.isAwaited(signal))
            withExtendedLifetime(stream) {}
        }
    }
}
