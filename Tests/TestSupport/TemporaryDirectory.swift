import Foundation
import Synchronization

/// A directory of a test's own (0700). Gone with its last user; where files are used beyond that, with the process.
package final class TemporaryDirectory: Sendable {
    package let path: String
    private let untilExit: Bool

    private static let leftToExit = Mutex<[String]>([])

    package init(untilExit: Bool = false) throws {
        var template = Array("/tmp/keyturn-test-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template) else { throw POSIXError(.EIO) }
        path = unsafe String(cString: made)
        self.untilExit = untilExit
        if untilExit { Self.leaveToExit(path) }
    }

    deinit { if !untilExit { Self.remove(path) } }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The names in it, in order.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    private static func leaveToExit(_ path: String) {
        let isFirst = leftToExit.withLock { paths in
            paths.append(path)
            return paths.count == 1
        }
        if isFirst {
            atexit { for path in TemporaryDirectory.leftToExit.withLock({ $0 }) { TemporaryDirectory.remove(path) } }
        }
    }

    private static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
