import Glibc
import SecretMemory
import Synchronization

/// Random nonces, drawn in batches: one call of the generator costs more than sealing a row.
///
/// No nonce is handed out twice, to whatever thread. A batch inherited over a fork is thrown away, since parent and
/// child would hand out the same.
final class Nonces: Sendable {
    static let shared = Nonces()

    private struct Batch: ~Copyable {
        var bytes = SecretBytes(count: 0) { _ in }
        var used = 0
        var process: pid_t = 0
    }

    private static let batchLength = 256 * AESGCM.nonceLength

    private let batch = Mutex(Batch())
    private let draw: @Sendable (_ count: Int) throws(EnvelopeError) -> SecretBytes
    private let process: @Sendable () -> pid_t

    init(
        draw: @escaping @Sendable (_ count: Int) throws(EnvelopeError) -> SecretBytes = Random.open(count:),
        process: @escaping @Sendable () -> pid_t = getpid
    ) {
        self.draw = draw
        self.process = process
    }

    func next() throws(EnvelopeError) -> SecretBytes {
        let process = process()
        return try batch.withLock { batch throws(EnvelopeError) -> SecretBytes in
            if batch.used == batch.bytes.count || batch.process != process {
                batch.bytes = try draw(Self.batchLength)
                batch.used = 0
                batch.process = process
            }
            let start = batch.used
            batch.used += AESGCM.nonceLength
            return batch.bytes.withSpan {
                SecretBytes(copying: $0.extracting(start..<start + AESGCM.nonceLength))
            }
        }
    }
}
