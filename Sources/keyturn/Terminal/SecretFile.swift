import Domain
import Glibc
import SecretMemory
import SocketAPI

/// Files that contain a secret, created or read by a command.
enum SecretFile {
    private static let longest = 4096

    /// The content of a file that only its owner can read.
    static func read(_ path: String) throws -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
        guard descriptor >= 0 else { throw failure("cannot read the key file \(path)") }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw failure("cannot inspect \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw CommandFailure(.usage, "\(path) is not a file") }
        // Another user who put the file there has a copy, and could unlock the vault.
        do throws(TrustedPath.Distrust) { try TrustedPath.check(TrustedPath.absolute(path)) } catch {
            throw CommandFailure(
                .notPermitted, "the key file \(path) is not trusted: \(error.reason)", try: error.hint)
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure(.notPermitted, "the key file \(path) can be read by others", try: "chmod 0400 \(path)")
        }
        guard (32...longest).contains(Int(status.st_size)) else {
            throw CommandFailure(
                .badData, "the key file \(path) has \(counted(Int(status.st_size), "byte")), not 32 to \(longest)")
        }
        return try SecretBytes(count: Int(status.st_size)) { span throws(CommandFailure) in
            let count = span.byteCount
            let got = unsafe span.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(descriptor, bytes.baseAddress, count)
            }
            guard got == count else { throw failure("cannot read the key file \(path)") }
        }
    }

    /// Creates a key file of 32 random bytes.
    static func make(_ path: String, mode: mode_t) throws -> SecretBytes {
        let key = try SecretBytes(count: 32) { span throws(CommandFailure) in
            let result = unsafe span.withUnsafeMutableBytes { bytes in
                unsafe getentropy(bytes.baseAddress, bytes.count)
            }
            guard result == 0 else { throw failure("no randomness") }
        }
        try write(reserve(path, mode: mode), path, key)
        return key
    }

    /// Creates an empty file.
    static func reserve(_ path: String, mode: mode_t) throws -> CInt {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw failure("cannot create \(path)") }
        return descriptor
    }

    /// Writes a line into a reserved file.
    static func fill(_ descriptor: CInt, _ path: String, with secret: borrowing SecretBytes) throws {
        var line = SecretBuffer(capacity: secret.count + 1)
        line.append(secret)
        line.append("\n")
        try write(descriptor, path, line.finish())
    }

    private static func write(_ descriptor: CInt, _ path: String, _ secret: borrowing SecretBytes) throws {
        defer { close(descriptor) }
        do throws(CommandFailure) {
            try secret.withSpan { span throws(CommandFailure) in
                var done = 0
                while done < span.byteCount {
                    let written = unsafe span.withUnsafeBytes { bytes in
                        unsafe Glibc.write(descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
                    }
                    if written < 0, errno == EINTR { continue }
                    guard written > 0 else { throw failure("cannot write \(path)") }
                    done += written
                }
            }
            guard fsync(descriptor) == 0 else { throw failure("cannot write \(path)") }
            try keepName(path)
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Makes the name survive a power cut.
    private static func keepName(_ path: String) throws(CommandFailure) {
        let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let directory = unsafe open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if directory >= 0 { close(directory) } }
        guard directory >= 0, fsync(directory) == 0 else { throw failure("cannot save the name \(path)") }
    }

    private static func failure(_ what: String) -> CommandFailure {
        let status: ExitStatus =
            switch errno {
            case EACCES, EPERM: .notPermitted
            case ENOENT, ENOTDIR: .notFound
            case EEXIST: .badData
            default: .inputOutput
            }
        return CommandFailure(status, "\(what): \(unsafe String(cString: strerror(errno)).lowercased())")
    }
}

extension SecretBytes {
    /// In hexadecimal, two digits for each byte.
    var hexadecimal: SecretBytes {
        let digits = Array("0123456789abcdef".utf8)
        var text = SecretBuffer(capacity: count * 2)
        withSpan { span in
            for offset in 0..<span.byteCount {
                text.append(digits[Int(span[offset] >> 4)])
                text.append(digits[Int(span[offset] & 15)])
            }
        }
        return text.finish()
    }
}
