import Audit
import Dispatch
import Domain
import Health
import Logging
import Maintenance
import SecretJSON
import SecretMemory
import SocketAPI
import Synchronization
import System

/// Sends the lines of the audit log, in order, to a second place. It only reads the log's files, so that it holds up no
/// answer; what cannot be sent stays in the log and is sent later, also after a restart. A crash may send the lines of
/// the last moment twice: their numbers tell.
final class AuditForwarder: Sendable {
    /// The most lines in one batch.
    private static let batch = 500
    /// The pauses after failures, in seconds. One sender needs no jitter.
    private static let backoff = Backoff(first: 2, longest: 60)
    /// How long lines may wait before it is a problem, in seconds.
    private static let patience = 300
    /// How long a stop waits for the last lines, in milliseconds.
    static let lastPatience = 2000

    private struct Work: ~Copyable {
        let destination: any AuditDestination
        var follower: LogFollower?
        /// Read; and whether they were sent, so that only the place is left to save.
        var lines: [AuditQuery.Line] = []
        var isSent = false
    }

    private struct Trouble {
        let since: Moment
        let reason: String
    }

    private let directory: LogDirectory
    private let file: StateFile
    private let time: any TimeSource
    private let logger: Logger
    private let work: Mutex<Work>
    private let trouble = Mutex<Trouble?>(nil)

    /// - Parameter file: remembers the last line that was sent.
    init(
        _ directory: LogDirectory, to destination: sending any AuditDestination, file: String, time: any TimeSource,
        logger: Logger
    ) {
        self.directory = directory
        self.file = StateFile(path: file, largest: 1024, what: "the place in the audit log")
        (self.time, self.logger) = (time, logger)
        work = Mutex(Work(destination: destination))
    }

    /// Runs until it is cancelled.
    func run() async throws {
        var failures = 0
        while !Task.isCancelled {
            let outcome = await (try? offThePool { [self] in sendBatch() }) ?? .idle
            failures = outcome == .failed ? failures + 1 : 0
            if outcome == .sent { continue }
            try await Task.sleep(for: .seconds(failures == 0 ? 1 : Self.backoff.bound(after: failures)))
        }
    }

    /// Sends the last lines, once nothing more is written. Returns after ``lastPatience`` at the latest, and at once if
    /// the receiver did not accept the lines before: what it does not have is sent after the next start.
    func finish() async {
        guard trouble.withLock({ $0 == nil }) else { return }
        await withCheckedContinuation { continuation in
            let end = FirstAnswer<Void>(continuation)
            DispatchQueue.global().async { [self] in
                while sendBatch() == .sent {}
                end.give(())
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.lastPatience)) { end.give(()) }
        }
    }

    /// The status's word on it: that lines wait for longer than they should.
    var problems: [HealthIssue] {
        guard let trouble = trouble.withLock({ $0 }), time.now.boot - trouble.since.boot >= Self.patience else {
            return []
        }
        return [
            HealthIssue(
                .auditNotForwarded,
                AttentionCode.auditNotForwarded.advice(because: "since \(trouble.since.wall), \(trouble.reason)"))
        ]
    }

    enum Outcome { case sent, idle, failed }

    /// Sends the next lines, if there are any. Blocks.
    func sendBatch() -> Outcome {
        work.withLock { work in
            do {
                if work.follower == nil { work.follower = try begin() }
                if work.lines.isEmpty { work.lines = try work.follower?.next(most: Self.batch) ?? [] }
                guard !work.lines.isEmpty, let place = work.follower?.place else { return worked(.idle) }
                if !work.isSent { try work.destination.send(work.lines.compactMap(AuditMessage.init)) }
                work.isSent = true
                try file.write(ForwardedPlace(place).render())
                (work.lines, work.isSent) = ([], false)
                return worked(.sent)
            } catch let failure as ForwardFailure {
                return failed(failure.reason)
            } catch {
                return failed("\(error)")
            }
        }
    }

    private func begin() throws -> LogFollower? {
        let place: AuditHead? = if let saved = try file.read() { try ForwardedPlace(parsing: saved).place } else { nil }
        guard let follower = try LogFollower.open(directory, after: place) else { return nil }
        if follower.isElsewhere, let place {
            logger.warning(
                "the audit log does not have the line that was forwarded last: forwarding starts again with an older file",
                metadata: ["line": "\(place.sequence)"])
        }
        return follower
    }

    private func worked(_ outcome: Outcome) -> Outcome {
        let was = trouble.withLock { $0.take() }
        if let was { logger.notice("the audit log is forwarded again", metadata: ["since": "\(was.since.wall)"]) }
        return outcome
    }

    private func failed(_ reason: String) -> Outcome {
        let isNew = trouble.withLock { trouble in
            defer { trouble = Trouble(since: trouble?.since ?? time.now, reason: reason) }
            return trouble == nil
        }
        if isNew { logger.warning("the audit log cannot be forwarded", metadata: ["reason": "\(reason)"]) }
        return .failed
    }
}

/// The content of `audit-forward.json`.
struct ForwardedPlace: ListedDocument {
    let place: AuditHead

    init(_ place: AuditHead) { self.place = place }

    init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        _ = try members("version", { _ in 1 }, where: { $0 == 1 })
        let sequence = try members("seq", \.place.sequence, where: { $0 > 0 })
        let code = try members("mac", \.place.code.description, where: { LineCode(hexadecimal: $0.utf8) != nil })
        place = AuditHead(sequence: sequence, code: LineCode(hexadecimal: code.utf8) ?? LineCode())
    }
}
