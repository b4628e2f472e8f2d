import Audit
import Dispatch
import Domain
import Foundation
import Logging
import SecretMemory
import SocketAPI
import Synchronization
import TestSupport
import Testing

@testable import Daemon

/// Sending the audit log to a second place.
@Suite struct AuditForwarderTests {
    /// A receiver that fails when it is told to, once it has some of the batch or none.
    private final class Receiver: AuditDestination, Sendable {
        let got = Recorder<AuditMessage>()
        let failures = Mutex(0)

        func send(_ messages: [AuditMessage]) throws(ForwardFailure) {
            let fails = failures.withLock { left in
                defer { left = max(0, left - 1) }
                return left > 0
            }
            guard !fails else { throw ForwardFailure(reason: "it is away") }
            for message in messages { got.record(message) }
        }
    }

    private let place: TemporaryDirectory
    private let time = ManualTime()
    private let receiver = Receiver()
    private var directory: LogDirectory { LogDirectory(path: place.path + "/audit") }

    init() throws { place = try TemporaryDirectory() }

    private func forwarder() -> AuditForwarder {
        AuditForwarder(
            directory, to: receiver, file: place.path + "/audit-forward.json", time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func write(_ count: Int, to log: AuditLog) throws {
        for number in 0..<count {
            try log.append([AuditEvent(.init("app.set"), .done, [("uid", .number(number))])], at: time.now.wall)
        }
    }

    private func open() throws -> AuditLog {
        try AuditLog.open(in: directory, key: SecretBytes(copying: "key"), anchor: .start, time: time) { _ in }
    }

    private func lines() throws -> [AuditMessage] {
        try AuditQuery(limit: 1000).run(in: directory).compactMap(AuditMessage.init)
    }

    @Test func `each line arrives once and in order, over failures and restarts`() async throws {
        var forwarder = forwarder()
        #expect(forwarder.sendBatch() == .idle, "there is no log yet")
        let log = try open()
        for round in 0..<6 {
            try write(5, to: log)
            receiver.failures.withLock { $0 = round % 3 }
            var failed = 0
            while case let outcome = forwarder.sendBatch(), outcome != .idle { failed += outcome == .failed ? 1 : 0 }
            #expect(failed == round % 3)
            if round % 2 == 1 { forwarder = self.forwarder() }
        }
        await log.close()
        while forwarder.sendBatch() == .sent {}
        #expect(try receiver.got.all == lines() && receiver.got.count > 30)
    }

    @Test func `at a stop the last lines are sent, unless the receiver was away already`() async throws {
        let forwarder = forwarder()
        let log = try open()
        try write(3, to: log)
        await log.close()
        await forwarder.finish()
        #expect(try receiver.got.all == lines() && receiver.got.count == 4)

        let other = self.forwarder()
        let again = try open()
        try write(1, to: again)
        receiver.failures.withLock { $0 = 1 }
        #expect(other.sendBatch() == .failed)
        await again.close()
        await other.finish()
        #expect(receiver.got.count == 4)
    }

    @Test(.timeLimit(.minutes(1))) func `a receiver that does not answer holds up no stop`() async throws {
        final class Deaf: AuditDestination, Sendable {
            let end = DispatchSemaphore(value: 0)
            func send(_ messages: [AuditMessage]) throws(ForwardFailure) { end.wait() }
        }
        let deaf = Deaf()
        let forwarder = AuditForwarder(
            directory, to: deaf, file: place.path + "/audit-forward.json", time: time,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let log = try open()
        try write(1, to: log)
        await log.close()
        let begin = ContinuousClock.now
        await forwarder.finish()
        #expect(ContinuousClock.now - begin < .milliseconds(AuditForwarder.lastPatience * 10))
        deaf.end.signal()
    }

    @Test func `lines that wait for five minutes are a problem, and none once they have arrived`() async throws {
        let forwarder = forwarder()
        let log = try open()
        try write(1, to: log)
        receiver.failures.withLock { $0 = 2 }
        #expect(forwarder.sendBatch() == .failed && forwarder.problems.isEmpty)
        time.pass(299)
        #expect(forwarder.problems.isEmpty)
        time.pass(1)
        #expect(forwarder.sendBatch() == .failed)
        let problem = try #require(forwarder.problems.first)
        #expect(problem.code == "audit_not_forwarded" && problem.advice.detail.hasSuffix("it is away"))
        #expect(forwarder.sendBatch() == .sent && forwarder.problems.isEmpty)
        await log.close()
    }

    @Test func `a place that cannot be saved is a problem, and sends nothing twice`() async throws {
        let file = place.path + "/audit-forward.json"
        let forwarder = forwarder()
        let log = try open()
        try write(2, to: log)
        #expect(forwarder.sendBatch() == .sent)
        let sent = receiver.got.count
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        try Data().write(to: URL(filePath: file + "/in-the-way"))
        try write(2, to: log)
        for _ in 0..<3 { #expect(forwarder.sendBatch() == .failed) }
        time.pass(300)
        #expect(forwarder.problems.count == 1 && receiver.got.count == sent + 2)
        try FileManager.default.removeItem(atPath: file)
        #expect(forwarder.sendBatch() == .sent && forwarder.problems.isEmpty && receiver.got.count == sent + 2)
        await log.close()
    }

    @Test func `a file of the place that is damaged is a problem, and is left as it is`() async throws {
        let file = place.path + "/audit-forward.json"
        try Data("nonsense".utf8).write(to: URL(filePath: file))
        let log = try open()
        try write(1, to: log)
        #expect(forwarder().sendBatch() == .failed && receiver.got.count == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "nonsense")
        await log.close()
    }

    @Test func `the journal gets a datagram for each line, again after it was restarted`() async throws {
        let log = try open()
        try write(3, to: log)
        await log.close()
        let messages = try lines()
        let path = place.path + "/journal"
        let journal = JournalSocket(path: path)
        #expect(throws: ForwardFailure.self) { try journal.send(messages) }
        for _ in 0..<2 {
            let socket = try Datagrams(at: path)
            // The socket that it had before may be gone, which it learns by its first line.
            if (try? journal.send([messages[0]])) == nil { try journal.send([messages[0]]) }
            try journal.send(Array(messages.dropFirst()))
            #expect(socket.read(messages.count) == messages.map(\.journal))
        }
    }
}

/// A socket such as journald's.
private final class Datagrams {
    private let descriptor: Int32

    init(at path: String) throws {
        unsafe unlink(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let bound = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    func read(_ count: Int) -> [[UInt8]] {
        (0..<count).map { _ in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return Array(buffer.prefix(max(count, 0)))
        }
    }
}
