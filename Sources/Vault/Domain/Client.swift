package import Domain

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
    /// The user's name when the rule was made. The rule ends to match when the uid belongs to another name.
    package let user: String?
    /// The process's own group, or a supplementary one.
    package let gid: UInt32?
    /// The system's systemd unit that the process belongs to.
    package let unit: UnitName?
    /// The executable's absolute path, with no link in it.
    package let executable: String?
    /// Whether callers match that come out of a namespace which the daemon does not see into.
    package let allowsForeign: Bool

    package init(
        uid: UInt32, user: String?, gid: UInt32? = nil, unit: UnitName? = nil, executable: String? = nil,
        allowsForeign: Bool = false
    ) {
        self.uid = uid
        self.user = user
        self.gid = gid
        self.unit = unit
        self.executable = executable
        self.allowsForeign = allowsForeign
    }

    var needs: IdentityNeeds {
        var needs: IdentityNeeds = []
        if gid != nil { needs.insert(.groups) }
        if unit != nil || executable != nil { needs.insert(.process) }
        return needs
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
    // Asked at each request, without a look into the set.
    private let allowsCredentials, allowsToken: Bool

    package init(target: Target, kinds: Set<Kind>) {
        self.target = target
        self.kinds = kinds
        (allowsCredentials, allowsToken) = (kinds.contains(.credentials), kinds.contains(.token))
    }

    package func covers(_ app: Name, _ kind: Kind) -> Bool {
        (kind == .token ? allowsToken : allowsCredentials) && covers(app)
    }

    /// Whether it speaks of the app, whatever for.
    package func covers(_ app: Name) -> Bool {
        switch target {
        case .any: true
        case .app(let name): name == app
        }
    }
}
