package import Domain

/// A local program that may fetch secrets: how it is recognised, and what it may fetch.
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

/// Conditions on the process at the other end of the socket, as the kernel describes it. All given ones must match.
package struct Selectors: Equatable, Sendable {
    package let uid: UInt32
    /// The user's name when the policy was made. The policy stops matching once the uid belongs to a different user.
    package let user: String?
    /// The process's own group, or a supplementary one.
    package let gid: UInt32?
    /// The system's systemd unit that the process belongs to.
    package let unit: UnitName?
    /// The executable's absolute path, without symbolic links.
    package let executable: String?
    /// Whether callers in a namespace that the daemon does not see into match.
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
