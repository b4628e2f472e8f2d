import Audit
import Dispatch
import Domain
import Synchronization

/// The names of a caller and of their login.
struct CallerNames: Equatable, Sendable {
    var user: String?
    var login: String?

    var members: AuditedAction.Members {
        [("user", user), ("login_user", login)].compactMap { name, text in text.map { (name, .text($0)) } }
    }
}

/// The names of users for the audit log. A name service may be slow or unavailable, so no request waits for it longer
/// than ``patience``: a line whose name is not known by then has the number alone.
final class UserNames: Sendable {
    /// In milliseconds.
    static let patience = 250
    /// How long a name is used, in seconds.
    private static let lifetime = 600
    /// The most names that are kept.
    private static let most = 1024

    private struct Known {
        var names: [UInt32: (name: String?, at: Int)] = [:]
        var asked: Set<UInt32> = []
    }

    private let known = Mutex(Known())
    private let queue = DispatchQueue(label: "keyturn.names")
    private let time: any TimeSource
    private let lookUp: @Sendable (UInt32) -> String?

    init(time: any TimeSource, lookUp: @escaping @Sendable (UInt32) -> String? = UserDatabase.name) {
        (self.time, self.lookUp) = (time, lookUp)
    }

    func names(of caller: Identity) async -> CallerNames {
        let user = await name(of: caller.uid)
        guard let login = caller.login?.uid else { return CallerNames(user: user) }
        return CallerNames(user: user, login: login == caller.uid ? user : await name(of: login))
    }

    private func name(of uid: UInt32) async -> String? {
        let now = time.now.boot
        let (found, isAsked) = known.withLock { known -> ((name: String?, at: Int)?, Bool) in
            if let found = known.names[uid], now - found.at < Self.lifetime { return (found, true) }
            return (nil, !known.asked.insert(uid).inserted)
        }
        // A lookup that takes long is not repeated for each request.
        if isAsked { return found?.name }
        return await withCheckedContinuation { continuation in
            let first = FirstAnswer(continuation)
            queue.async { [self] in
                let name = lookUp(uid)
                known.withLock { known in
                    known.asked.remove(uid)
                    if known.names.count >= Self.most { known.names = [:] }
                    known.names[uid] = (name, now)
                }
                first.give(name)
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Self.patience)) { first.give(nil) }
        }
    }
}

/// Resumes a continuation with the first of several answers.
private final class FirstAnswer: Sendable {
    private let waiting: Mutex<CheckedContinuation<String?, Never>?>

    init(_ continuation: CheckedContinuation<String?, Never>) { waiting = Mutex(continuation) }

    func give(_ name: String?) {
        let continuation = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        continuation?.resume(returning: name)
    }
}
