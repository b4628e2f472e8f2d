import CPlatform
package import Confinement
import Dispatch
import Domain
import Glibc
package import HTTPTransport
import Maintenance
import SecretMemory
import SocketAPI

/// The channel that alerts are sent to besides the log.
package enum AlertChannel: Sendable {
    /// None, only the log.
    case log
    /// A command that gets the alert on standard input, and its time limit in seconds. It cannot write to the closed
    /// directories.
    case command(CommandWords, timeout: Int, closed: [String])
    case webhook(EndpointURL, any HTTPTransport)

    /// Why an alert was not accepted. Of the address, which may be a secret, only the host is named.
    package struct NotAccepted: Error, CustomStringConvertible {
        package let description: String
    }

    var kind: AlertChannelKind {
        switch self {
        case .log: .log
        case .command: .command
        case .webhook: .webhook
        }
    }

    /// Returns once the alert was accepted: the command exited with 0, or the webhook answered with 2xx.
    func send(_ body: borrowing SecretBytes) async throws(NotAccepted) {
        switch self {
        case .log: break
        case .command(let words, let timeout, let closed):
            let input = body.withSpan { span in (0..<span.byteCount).map { span[$0] } } + [UInt8(ascii: "\n")]
            let failure: String? = await withCheckedContinuation { continuation in
                Self.queue.async {
                    continuation.resume(
                        returning: Self.run(ChildProcess(words: words, closed: closed, input: input), timeout))
                }
            }
            if let failure { throw NotAccepted(description: "alerts.command \(failure)") }
        case .webhook(let url, let transport):
            let request = HTTPRequest(
                .post, url, headers: [HTTPHeader("Content-Type", "application/json")], body: SecretBox(body.copy()),
                limits: HTTPLimits(total: .seconds(10), body: 64 << 10))
            let answer: HTTPResponse
            do throws(TransportFailure) { answer = try await transport.send(request) } catch {
                throw NotAccepted(description: "alerts.webhook at \(url.origin): \(error.kind.rawValue)")
            }
            guard (200...299).contains(answer.status) else {
                throw NotAccepted(description: "alerts.webhook at \(url.origin) answered \(answer.status)")
            }
        }
    }

    private static let queue = DispatchQueue(label: "alert command")

    /// Blocks until the command has exited. Its output is read, so that it does not block, and dropped.
    /// - Returns: what went wrong, if anything.
    private static func run(_ command: ChildProcess, _ timeout: Int) -> String? {
        let (pid, output): (pid_t, CInt)
        do throws(ChildProcess.NotStarted) {
            (pid, output) = try command.start()
        } catch {
            return "cannot be run: \(error.words)"
        }
        defer { close(output) }
        let deadline = SystemTime().now.boot + timeout + 1
        var scrap = [UInt8](repeating: 0, count: 4096)
        var isOpen = true
        while true {
            var status: CInt = 0
            let hasEnded = unsafe kt_ended(pid, &status) != 0
            if isOpen {
                let got = unsafe scrap.withUnsafeMutableBytes { unsafe read(output, $0.baseAddress, $0.count) }
                isOpen = got > 0 || (got < 0 && errno == EAGAIN)
            }
            if hasEnded {
                let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
                if signal != 0 { return "was ended by signal \(signal)" }
                return code == 0 ? nil : "ended with status \(code)"
            }
            if SystemTime().now.boot >= deadline {
                kill(-pid, SIGKILL)
                _ = unsafe waitpid(pid, &status, 0)
                return "did not end within \(timeout) s and was killed"
            }
            var waiting = pollfd(fd: isOpen ? output : -1, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waiting, 1, 10)
        }
    }
}
