package import Names
package import Times

/// A local program that may fetch something: who it is, and what it may have.
package struct Client: Equatable, Sendable {
    package let id: String
    package let name: Name
    package let selectors: Selectors
    package let grants: [Grant]
    package let createdAt: Timestamp

    package init(id: String, name: Name, selectors: Selectors, grants: [Grant], createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.selectors = selectors
        self.grants = grants
        self.createdAt = createdAt
    }
}

/// How the kernel must describe the process at the other end of the socket. All that are given must match.
package struct Selectors: Equatable, Sendable {
    package let uid: UInt32
    /// The user's name when the rule was made, kept beside the uid, so that one that belongs to somebody else by now can be told.
    package let user: String?
    package let gid: UInt32?

    package init(uid: UInt32, user: String?, gid: UInt32?) {
        self.uid = uid
        self.user = user
        self.gid = gid
    }
}

/// What a client may fetch of which app.
package struct Grant: Equatable, Sendable {
    package enum Target: Equatable, Sendable {
        case any
        case app(Name)
    }

    package enum Kind: String, CaseIterable, Sendable {
        case credentials, token
    }

    package let target: Target
    package let kinds: Set<Kind>

    package init(target: Target, kinds: Set<Kind>) {
        self.target = target
        self.kinds = kinds
    }

    package func covers(_ app: Name, _ kind: Kind) -> Bool {
        guard kinds.contains(kind) else { return false }
        return switch target {
        case .any: true
        case .app(let name): name == app
        }
    }
}
