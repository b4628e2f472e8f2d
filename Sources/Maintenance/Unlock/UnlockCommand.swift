import CPlatform
import Confinement
import Domain
import Envelope
import Glibc
import SecretMemory
import SocketAPI
import Vault

/// A command whose output is the key: all of it, byte for byte, as if it stood in a key file.
///
/// It gets no more than it needs (``ChildProcess``), and nothing on standard input. Its output goes into wiped memory and
/// into no message.
struct UnlockCommand {
    let command: CommandWords
    /// For all of it, in seconds. What has not ended by then is killed, with all that it started and that stayed with it.
    let timeout: Int
    /// Directories that it cannot write to.
    let closed: [String]

    private static let hint =
        "run it by hand as the daemon's user by setpriv --no-new-privs, since sudo does not work in it, and look at what it gives"
    /// Milliseconds between two looks whether it ended.
    private static let pause: CInt = 10

    /// Blocks until the command has ended.
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
                .configuration, "unlock.command: cannot run \(printable(command.program)): \(error.words)",
                hint: error.hint)
        }
    }

    /// What it wrote, once it has ended well.
    private func collect(from descriptor: CInt, of pid: pid_t) throws(StartError) -> SecretBytes {
        let most = UnlockSecret.keyFileLengths.upperBound
        // The clock counts whole seconds: it gets what it was promised, and up to one more.
        let deadline = SystemTime().now.boot + timeout + 1
        var output = SecretBuffer(capacity: most + 1)
        var byte: UInt8 = 0
        defer { byte = 0 }
        var isOpen = true
        while true {
            // First whether it ended, then what there is to read: what it wrote before its end is there by then.
            var status: CInt = 0
            let hasEnded = unsafe kt_ended(pid, &status) != 0
            while isOpen, output.count <= most {
                let got = unsafe read(descriptor, &byte, 1)
                if got == 1 { output.append(byte) } else if got == 0 { isOpen = false } else { break }
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
                        .temporary, "unlock.command did not end within \(timeout) s and was killed", hint: Self.hint)
            }
            var waiting = pollfd(fd: isOpen ? descriptor : -1, events: Int16(POLLIN), revents: 0)
            _ = unsafe poll(&waiting, 1, Self.pause)
        }
    }

    private static func failed(_ status: CInt) -> StartError {
        let (signal, code) = (status & 0x7F, status >> 8 & 0xFF)
        return StartError(
            .temporary,
            signal == 0 ? "unlock.command ended with status \(code)" : "unlock.command was ended by signal \(signal)",
            hint: hint)
    }
}
