import Domain
import Glibc
import SecretMemory
import SocketAPI
import System

/// Files that contain a secret, created or read by a command.
enum SecretFile {
    private static let longest = 4096

    /// The content of a file that only its owner can read.
    static func read(_ path: String) throws -> SecretBytes {
        // Another user who put the file there has a copy, and could unlock the vault.
        do throws(TrustedPath.Distrust) { try TrustedPath.check(TrustedPath.absolute(path)) } catch {
            // A missing file is reported when it is opened.
            if error.missing == nil {
                throw CommandFailure(
                    .notPermitted, "the key file \(path) is not trusted: \(error.reason)", try: error.hint)
            }
        }
        do throws(PrivateFile.Refusal) { return try PrivateFile.read(path, sizes: 32...longest) } catch {
            switch error {
            case .system(let error): throw CommandFailure(systemCall: "cannot read the key file \(path)", error.code)
            case .notAFile: throw CommandFailure(.usage, "\(path) is not a file")
            case .open:
                throw CommandFailure(
                    .notPermitted, "the key file \(path) can be read by others", try: "chmod 0400 \(path)")
            case .size(let size):
                throw CommandFailure(
                    .badData, "the key file \(path) has \(counted(size, "byte")), not 32 to \(longest)")
            }
        }
    }

    /// Creates a key file of 32 random bytes.
    static func make(_ path: String, mode: mode_t) throws -> SecretBytes {
        let key = try SecretBytes(count: 32) { span throws(CommandFailure) in
            let result = unsafe span.withUnsafeMutableBytes { bytes in
                unsafe getentropy(bytes.baseAddress, bytes.count)
            }
            guard result == 0 else { throw CommandFailure(systemCall: "no randomness", errno) }
        }
        try write(key, into: try reserve(path, mode: mode), path)
        return key
    }

    /// Creates an empty file.
    static func reserve(_ path: String, mode: mode_t) throws(CommandFailure) -> File {
        try CommandFailure.wrapping { () throws(SystemError) in try File(creating: path, mode: mode) }
    }

    /// Writes a line into a reserved file.
    static func fill(_ file: borrowing File, _ path: String, with secret: borrowing SecretBytes) throws(CommandFailure)
    {
        var line = SecretBuffer(capacity: secret.count + 1)
        line.append(secret)
        line.append("\n")
        try write(line.finish(), into: file, path)
    }

    /// Makes a reserved file survive a power cut. Removes it if that fails.
    private static func write(
        _ secret: borrowing SecretBytes, into file: borrowing File, _ path: String
    ) throws(CommandFailure) {
        do throws(SystemError) {
            try secret.withSpan { span throws(SystemError) in try file.write(span) }
            try file.sync()
            try Files.syncName(of: path)
        } catch {
            unsafe unlink(path)
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure: SystemErrorConvertible {
    init(_ error: SystemError) {
        let status: ExitStatus =
            switch error.code {
            case EACCES, EPERM: .notPermitted
            case ENOENT, ENOTDIR: .notFound
            case EEXIST: .badData
            default: .inputOutput
            }
        self.init(status, error.description)
    }
}
