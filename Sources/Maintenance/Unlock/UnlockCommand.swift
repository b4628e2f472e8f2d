import CPlatform
import Confinement
import Domain
import Envelope
import Glibc
import SecretMemory
import SocketAPI
import Vault

/// A command whose output is the unlock key: all of it, byte for byte, like the content of a key file.
///
/// It gets only what it needs (``ChildProcess``), and no standard input. Its output goes into memory that is wiped, and
/// into no message.
struct UnlockCommand {
    let command: CommandWords
    /// The time limit in seconds. After it, the command and the processes in its group are killed.
    let timeout: Int
    /// Directories that it cannot write to.
    let closed: [String]

    private static let hint =
        "run it by hand as the daemon's user with setpriv --no-new-privs, since sudo does not work in it, and check its output"
    /// Milliseconds between two checks whether it has exited.
    private static let pause: CInt = 10

    /// Blocks until the command has exited.
    func run() throws(StartError) -> UnlockKey {
        let (pid, descriptor) = try start()
        defer { close(descriptor) }
        let output = try collect(from: descriptor, of: pid)
        let lengths = UnlockSecret.keyFileLengths
        guard lengths.contains(output.count) else {
            throw StartError(
                .badData,
                "unlock.command gave \(counted(output.count, "byte")), not \(lengths.lowerBound) to \(lengths.upperBound)",
                hint: Self.hint)
        }
        return UnlockKey(.keyFile(output))
    }

    private func start() throws(StartError) -> (pid: pid_t, output: CInt) {
        do throws(ChildProcess.NotStarted) {
            return try ChildProcess(words: command, closed: closed, knowsCredentials: true).start()
        } catch {
            throw StartError(
                .configuration, "unlock.command: cannot run \(command.program.printable()): \(error.words)",
                hint: error.hint)
        }
    }

    /// Its output, once it has exited successfully.
    private func collect(from descriptor: CInt, of pid: pid_t) throws(StartError) -> SecretBytes {
        let most = UnlockSecret.keyFileLengths.upperBound
        // The clock counts whole seconds: the command gets its full time, and up to one second more.
        let deadline = SystemTime().now.boot + timeout + 1
        var output = SecretBuffer(capacity: most + 1)
        var isOpen = true
        while true {
            // Checks the exit before reading: the output from before the exit is then complete.
            var status: CInt = 0
            let hasEnded = unsafe kt_ended(pid, &status) != 0
            while isOpen, output.count <= most {
                let got = output.append(from: descriptor, most: most + 1 - output.count)
                if got == 0 { isOpen = false } else if got < 0 { break }
            }
            let isTooLong = output.count > most
            if hasEnded, !isTooLong {
                guard status == 0 else { throw Self.failed(status) }
                return output.finish()
            }
            if isTooLong || SystemTime().now.boot >= deadline {
                if !hasEnded {
                    kill(-pid, SIGKILL)
                    _ = unsafe waitpid(pid, &status, 0)
                }
                throw isTooLong
                    ? StartError(.badData, "unlock.command gave more than \(most) bytes", hint: Self.hint)
                    : StartError(
                        .temporary, "unlock.command did not exit within \(timeout) s and was killed", hint: Self.hint)
            }
            var waiting = pollfd(fd: isOpen ? descriptor : -1, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waiting, 1, Self.pause)
        }
    }

    private static func failed(_ status: CInt) -> StartError {
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        return StartError(
            .temporary,
            signal == 0 ? "unlock.command exited with status \(code)" : "unlock.command was killed by signal \(signal)",
            hint: hint)
    }
}
