package import Names

/// Who is at the other end of a connection, as the kernel says.
package struct Identity: Equatable, Sendable {
    package let uid: UInt32
    package let gid: UInt32
    package let pid: Int32

    package init(uid: UInt32, gid: UInt32, pid: Int32) {
        self.uid = uid
        self.gid = gid
        self.pid = pid
    }
}

/// Every client's rule, ready to be asked. Deciding is a function of identity, rules and request, and of nothing else.
package struct ClientRules: Sendable {
    private let byUID: [UInt32: [Client]]

    package init(_ clients: [Client]) {
        byUID = Dictionary(grouping: clients, by: \.selectors.uid)
            .mapValues { $0.sorted { $0.name < $1.name } }
    }

    /// The first client, by name, whose selectors all match and one of whose grants covers the request.
    package func client(for identity: Identity, app: Name, kind: Grant.Kind) -> Client? {
        matching(identity).first { $0.grants.contains { $0.covers(app, kind) } }
    }

    /// Whether the caller may learn of the app at all.
    package func mayName(_ app: Name, to identity: Identity) -> Bool {
        matching(identity).contains { client in
            client.grants.contains { grant in Grant.Kind.allCases.contains { grant.covers(app, $0) } }
        }
    }

    private func matching(_ identity: Identity) -> [Client] {
        guard let candidates = byUID[identity.uid] else { return [] }
        return candidates.filter { $0.selectors.gid == nil || $0.selectors.gid == identity.gid }
    }
}
