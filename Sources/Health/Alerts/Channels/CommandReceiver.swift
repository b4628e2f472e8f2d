import CPlatform
package import Confinement
import Dispatch
import Domain
import Glibc
import Maintenance
import SecretMemory

/// A command that gets the alert as JSON on standard input. It accepts it by ending with 0.
package struct CommandReceiver: AlertReceiver {
    private let words: CommandWords
    /// In seconds.
    private let timeout: Int
    private let closed: [String]

    /// - Parameter closed: directories that the command cannot write to.
    package init(_ words: CommandWords, timeout: Int, closed: [String]) {
        (self.words, self.timeout, self.closed) = (words, timeout, closed)
    }

    package var place: String { words.program.printable(limit: 200) }

    package func send(_ alert: Alert, from host: String) async throws(NotAccepted) {
        let input = alert.json(host: host).withSpan { $0.array } + [UInt8(ascii: "\n")]
        let failure: String? = await withCheckedContinuation { continuation in
            // Each on a thread of its own: a slow command delays no other channel.
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Self.run(ChildProcess(words: words, closed: closed, input: input), timeout))
            }
        }
        if let failure { throw NotAccepted("\(place) \(failure)") }
    }

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
