import Glibc

/// A system call that failed.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What failed, as text for people.
    package let operation: String
    /// As in errno(3).
    package let code: CInt

    package init(_ operation: String, _ code: CInt = errno) { (self.operation, self.code) = (operation, code) }

    /// The system's words for an error number, in lower case as all messages are.
    package static func words(for code: CInt) -> String { unsafe String(cString: strerror(code)).lowercased() }

    package var words: String { Self.words(for: code) }
    package var description: String { "\(operation): \(words)" }
}

/// An error that says in its own terms which system call failed.
package protocol SystemErrorConvertible: Error {
    init(_ error: SystemError)
}

extension SystemErrorConvertible {
    /// Runs `body`, and throws its failure as this error.
    package static func wrapping<Result: ~Copyable>(
        _ body: () throws(SystemError) -> Result
    ) throws(Self) -> Result {
        do throws(SystemError) { return try body() } catch { throw Self(error) }
    }

    package init(systemCall operation: String, _ code: CInt) { self.init(SystemError(operation, code)) }
}
