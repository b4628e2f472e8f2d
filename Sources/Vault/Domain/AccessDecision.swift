package import Domain

/// Whether a caller may have something, and which policy permits it, or why none does. The caller only learns that it is
/// refused; the reason is for operators.
package enum AccessDecision: Sendable {
    case allowed(Name)
    case denied(AccessDenial)

    /// The client whose policy permits it.
    package var client: Name? {
        if case .allowed(let client) = self { client } else { nil }
    }
}

/// Why a caller is refused.
package enum AccessDenial: Equatable, Sendable, CustomStringConvertible {
    /// No client has the caller's uid.
    case unknownUser(UInt32)
    /// The client that came closest, and what does not match.
    case client(Name, PolicyVerdict)
    /// A client may have it, but no app has this name.
    case noSuchApp(Name)

    package var description: String {
        switch self {
        case .unknownUser(let uid): "no client has uid \(uid)"
        case .client(let name, let verdict): "client '\(name)': \(verdict)"
        case .noSuchApp(let name): "there is no app '\(name)'"
        }
    }
}

/// The verdict of one client's policy on one request.
package enum PolicyVerdict: Equatable, Sendable, CustomStringConvertible {
    case allows
    /// It is for another user.
    case uid(wanted: UInt32)
    /// Its uid now belongs to a different user.
    case user(wanted: String, now: String)
    /// The caller is in a namespace that the daemon does not see into.
    case foreign
    case group(wanted: UInt32)
    /// `found` is `nil` when the caller's unit or executable is unknown.
    case unit(wanted: String, found: String?)
    case executable(wanted: String, found: String?)
    /// Its selectors match, but it has no grant for this app, or not for this permission.
    case app
    case permission(Permission)

    /// How many of the policy's conditions were met, for comparison.
    var progress: Int {
        switch self {
        case .uid: 0
        case .user: 1
        case .foreign: 2
        case .group: 3
        case .unit: 4
        case .executable: 5
        case .app: 6
        case .permission: 7
        case .allows: 8
        }
    }

    package var description: String {
        switch self {
        case .allows: "allows it"
        case .uid(let wanted): "is for uid \(wanted)"
        case .user(let wanted, let now): "is for user '\(wanted)', whose uid now belongs to '\(now)'"
        case .foreign: "is not for callers from a namespace that the daemon does not see into"
        case .group(let wanted): "is for group \(wanted), and the process is not in it"
        case .unit(let wanted, let found): "is for unit \(wanted), and the process's is \(found ?? "not known")"
        case .executable(let wanted, let found): "is for \(wanted), and the process's is \(found ?? "not known")"
        case .app: "matches, but has no grant for the app"
        case .permission(let permission):
            "matches, but has no grant for the app's \(permission.rawValue)"
        }
    }
}
