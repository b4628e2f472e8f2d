import SecretMemory
import System
import Vault

/// A file whose first line is the password of the vault's role. It is read for each login.
package struct PasswordFile: Sendable, Equatable {
    package let path: String
    /// Whether systemd put it there for this service only. It grants access to the service's user by an access control list,
    /// which shows as a readable group.
    private let isCredential: Bool

    package init(_ path: String, isCredential: Bool = false) { (self.path, self.isCredential) = (path, isCredential) }

    /// libpq refuses longer ones.
    private static let longest = 1024

    func read() throws(StoreError) -> SecretBytes {
        let all: SecretBytes
        do throws(PrivateFile.Refusal) {
            all = try PrivateFile.read(path, sizes: 1...Self.longest, forbidden: isCredential ? 0o007 : 0o077)
        } catch { throw StoreError(error, path) }
        let size = all.withSpan { span in
            (0..<span.byteCount).first { [UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0].contains(span[$0]) }
        }
        guard size != 0 else { throw StoreError(.size(0), path) }
        return all.withSpan { span in SecretBytes(copying: span.extracting(first: size ?? span.byteCount)) }
    }
}

extension StoreError {
    fileprivate init(_ refusal: PrivateFile.Refusal, _ path: String) {
        let what = "the database's password file \(path)"
        switch refusal {
        case .system(let error):
            self.init(
                .notPermitted, "cannot read \(what): \(error.words)",
                hint: "name the file with the password of the vault's role: store_password_file")
        case .open:
            self.init(
                .notPermitted, "others can read \(what)",
                hint: "chmod 600 \(path); and change the password: it may be known")
        case .notAFile, .size:
            self.init(
                .notPermitted, "the first line of \(what) is not a password",
                hint: "write the role's password into it, and nothing else")
        }
    }
}

extension SecretBytes {
    /// Lends the bytes with a zero at their end.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let terminated = SecretBytes(count: count + 1) { target in withSpan { target.write($0, at: 0) } }
        return terminated.withSpan { span in
            unsafe span.withUnsafeBytes { bytes in
                // There is a zero at least, so there is an address.
                unsafe body(bytes.assumingMemoryBound(to: CChar.self).baseAddress.unsafelyUnwrapped)
            }
        }
    }
}
