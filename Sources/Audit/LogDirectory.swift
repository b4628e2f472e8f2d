import Glibc
import System

/// The directory of the log's files: `audit-00000001.jsonl` and so on, in the order of their numbers.
package struct LogDirectory: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    package func path(of segment: Int) -> String {
        let digits = String(segment)
        return "\(path)/audit-\(String(repeating: "0", count: max(8 - digits.count, 0)))\(digits).jsonl"
    }

    /// Creates the directory, for this user alone, if it does not exist.
    func ensure() throws(AuditError) {
        guard unsafe mkdir(path, 0o700) != 0, errno != EEXIST else { return }
        throw AuditError(systemCall: "cannot create \(path)", errno)
    }

    /// Whether there is a directory, or anything else of that name.
    package var exists: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 || errno != ENOENT
    }

    /// The numbers of the existing files, ascending.
    package func segments() throws(AuditError) -> [Int] {
        let names = try AuditError.wrapping { () throws(SystemError) in try Files.names(in: path) }
        return names.compactMap { name in
            guard name.hasPrefix("audit-"), name.hasSuffix(".jsonl"),
                let number = Int(name.dropFirst(6).dropLast(6)), number > 0, path(of: number).hasSuffix("/" + name)
            else { return nil }
            return number
        }.sorted()
    }
}
