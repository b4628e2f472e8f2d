import Audit
import Dispatch
import Domain
import Synchronization
import System

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
    private let patience: Int
    /// How long a name is used, in seconds; and how long it counts that there is none, or that the name service failed.
    private static let lifetime = (name: 600, none: 15)
    /// The most names that are kept.
    private static let most = 1024

    private struct Known {
        var names: [UInt32: (name: String?, at: Int)] = [:]
        /// The lookups that are running, and who waits for each.
        var lookups: [UInt32: Lookup] = [:]
    }

    private struct Lookup {
        var waiting: [FirstAnswer<String?>] = []
        /// Whether it took longer than a request waits; then no other request waits for it.
        var isSlow = false
    }

    private enum Place { case known(String?), waits, first }

    private let known = Mutex(Known())
    private let queue = DispatchQueue(label: "keyturn.names")
    private let time: any TimeSource
    private let lookUp: @Sendable (UInt32) -> String?

    init(time: any TimeSource, patience: Int = 250, lookUp: @escaping @Sendable (UInt32) -> String? = UserDatabase.name)
    {
        (self.time, self.patience, self.lookUp) = (time, patience, lookUp)
    }

    func names(of caller: Identity) async -> CallerNames {
        let user = await name(of: caller.uid)
        guard let login = caller.login?.uid else { return CallerNames(user: user) }
        return CallerNames(user: user, login: login == caller.uid ? user : await name(of: login))
    }

    private func name(of uid: UInt32) async -> String? {
        await withCheckedContinuation { continuation in
            let answer = FirstAnswer<String?>(continuation)
            switch place(of: uid, answer) {
            case .known(let name): return answer.give(name)
            case .waits: break
            case .first: queue.async { [self] in found(lookUp(uid), for: uid) }
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(patience)) { [self] in
                known.withLock { known in
                    // It may have ended, and be another one.
                    if known.lookups[uid]?.waiting.contains(where: { $0 === answer }) == true {
                        known.lookups[uid]?.isSlow = true
                    }
                }
                answer.give(nil)
            }
        }
    }

    private func place(of uid: UInt32, _ answer: FirstAnswer<String?>) -> Place {
        let now = time.now.boot
        return known.withLock { known in
            if let found = known.names[uid],
                now - found.at < (found.name == nil ? Self.lifetime.none : Self.lifetime.name)
            {
                return .known(found.name)
            }
            guard let lookup = known.lookups[uid] else {
                known.lookups[uid] = Lookup(waiting: [answer])
                return .first
            }
            if lookup.isSlow { return .known(known.names[uid]?.name) }
            known.lookups[uid]?.waiting.append(answer)
            return .waits
        }
    }

    private func found(_ name: String?, for uid: UInt32) {
        let now = time.now.boot
        let waiting = known.withLock { known in
            if known.names.count >= Self.most { known.names = [:] }
            known.names[uid] = (name, now)
            return known.lookups.removeValue(forKey: uid)?.waiting ?? []
        }
        for answer in waiting { answer.give(name) }
    }
}
