package import Glibc
package import SecretMemory

/// A file whose content only its owner may know.
package enum PrivateFile {
    package enum Refusal: SystemErrorConvertible, Equatable {
        case system(SystemError)
        case notAFile
        /// Others can read it.
        case open
        /// In bytes.
        case size(Int)

        package init(_ error: SystemError) { self = .system(error) }
    }

    /// Reads a file into memory that is wiped. Follows links: who could have placed one is checked before (`TrustedPath`).
    /// - Parameter forbidden: the mode bits with which others could read it.
    package static func read(
        _ path: String, sizes: ClosedRange<Int>, forbidden: mode_t = 0o077
    ) throws(Refusal) -> SecretBytes {
        let file = try Refusal.wrapping { () throws(SystemError) in try File(reading: path, followsLinks: true) }
        let status = try Refusal.wrapping { () throws(SystemError) in try file.status() }
        guard status.isRegularFile else { throw .notAFile }
        guard status.st_mode & forbidden == 0 else { throw .open }
        guard sizes.contains(Int(status.st_size)) else { throw .size(Int(status.st_size)) }
        return try Refusal.wrapping { () throws(SystemError) in try file.read(secret: Int(status.st_size)) }
    }
}
