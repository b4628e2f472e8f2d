import Foundation
import Synchronization

/// Looks at paths without pause, and remembers all permissions that a socket was seen with there.
final class SocketWatcher: Sendable {
    private let seen = Mutex<[String: Set<mode_t>]>([:])
    private let isOver = Atomic(false)
    private let done = DispatchSemaphore(value: 0)

    init(_ paths: [String]) {
        Thread.detachNewThread { [self] in
            // Once more when it is over: a busy machine may not have let it look before.
            var isLast = false
            while !isLast {
                isLast = isOver.load(ordering: .relaxed)
                for path in paths {
                    guard let status = Files.look(path), status.st_mode & S_IFMT == S_IFSOCK else { continue }
                    seen.withLock { _ = $0[path, default: []].insert(status.st_mode & 0o777) }
                }
            }
            done.signal()
        }
    }

    /// Stops looking.
    func finish() -> [String: Set<mode_t>] {
        isOver.store(true, ordering: .relaxed)
        done.wait()
        return seen.withLock { $0 }
    }
}
