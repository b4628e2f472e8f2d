package import Domain

/// Whether a caller may have something, and by which rule or why not. The caller learns no more than that it may not;
/// the reason is for operators.
package enum AccessDecision: Sendable {
    case allowed(Name)
    case denied(AccessDenial)

    /// The client that may.
    package var client: Name? {
        if case .allowed(let client) = self { client } else { nil }
    }
}

/// Why a caller may not have something.
package enum AccessDenial: Equatable, Sendable, CustomStringConvertible {
    /// No client has the caller's uid.
    case unknownUser(UInt32)
    /// The client that came nearest, and what stands in the way.
    case client(Name, RuleVerdict)
    /// A client may have it, but there is no app of this name.
    case noSuchApp(Name)

    package var description: String {
        switch self {
        case .unknownUser(let uid): "no client has uid \(uid)"
        case .client(let name, let verdict): "client '\(name)': \(verdict)"
        case .noSuchApp(let name): "there is no app '\(name)'"
        }
    }
}

/// What one client's rule says of one request.
package enum RuleVerdict: Equatable, Sendable, CustomStringConvertible {
    case allows
    /// It is for another user.
    case uid(wanted: UInt32)
    /// Its uid is somebody else's by now.
    case user(wanted: String, now: String)
    /// The caller comes out of a namespace that the daemon does not see into.
    case foreign
    case group(wanted: UInt32)
    /// `nil` when the caller's unit, or executable, is not known.
    case unit(wanted: String, found: String?)
    case executable(wanted: String, found: String?)
    /// Its selectors match, and it has no grant for this app, or not for this kind.
    case app
    case kind(Grant.Kind)

    /// How far the rule was gone through.
    var progress: Int {
        switch self {
        case .uid: 0
        case .user: 1
        case .foreign: 2
        case .group: 3
        case .unit: 4
        case .executable: 5
        case .app: 6
        case .kind: 7
        case .allows: 8
        }
    }

    package var description: String {
        switch self {
        case .allows: "allows it"
        case .uid(let wanted): "is for uid \(wanted)"
        case .user(let wanted, let now): "is for user '\(wanted)', whose uid belongs to '\(now)' by now"
        case .foreign: "is not for callers from a namespace that the daemon does not see into"
        case .group(let wanted): "is for group \(wanted), which the process is not in"
        case .unit(let wanted, let found): "is for unit \(wanted), and the process's is \(found ?? "not known")"
        case .executable(let wanted, let found): "is for \(wanted), and the process's is \(found ?? "not known")"
        case .app: "matches, and has no grant for the app"
        case .kind(let kind): "matches, and has no grant for the app's \(kind == .token ? "token" : "credentials")"
        }
    }
}
