import Glibc

/// A system call that failed.
package struct SystemError: Error, CustomStringConvertible {
    package let description: String
    /// As in errno(3).
    package let code: CInt

    init(_ what: String, _ code: CInt = errno) {
        self.code = code
        description = "\(what): \(unsafe String(cString: strerror(code)).lowercased())"
    }
}
