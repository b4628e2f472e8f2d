package import Domain

/// The policies of all clients, indexed for decisions. A decision depends only on identity, policies and request.
package final class ClientPolicies: Sendable {
    /// Boxed, so that a decision copies no client.
    private final class Candidate: Sendable {
        let client: Client
        init(_ client: Client) { self.client = client }
    }

    private let byUID: [UInt32: [Candidate]]
    /// The facts that the policies of a uid need besides it; a uid whose policies need none has no entry.
    private let needs: [UInt32: IdentityNeeds]
    private let reassignedUIDs: [String: String]

    /// - Parameter reassignedUIDs: by client ID, the current owner of each uid that no longer belongs to the client's user.
    package init(_ clients: [Client], reassignedUIDs: [String: String] = [:]) {
        self.reassignedUIDs = reassignedUIDs
        let byUID = Dictionary(grouping: clients, by: \.selectors.uid)
        self.byUID = byUID.mapValues { $0.sorted { $0.name < $1.name }.map(Candidate.init) }
        needs = byUID.mapValues { $0.reduce(into: []) { $0.formUnion($1.selectors.needs) } }.filter { !$1.isEmpty }
    }

    /// Whether some client has this uid, and the uid still belongs to that client's user.
    package func hasPolicy(for uid: UInt32) -> Bool {
        byUID[uid]?.contains {
            reassignedUIDs.isEmpty || $0.client.selectors.user == nil || reassignedUIDs[$0.client.id] == nil
        } ?? false
    }

    /// The facts that are needed about a caller with this uid before a decision.
    package func needs(of uid: UInt32) -> IdentityNeeds {
        needs.isEmpty ? IdentityNeeds(rawValue: 0) : needs[uid] ?? IdentityNeeds(rawValue: 0)
    }

    /// Returns the first client, by name, whose selectors all match and that has a grant for the request; otherwise what
    /// does not match in the closest one.
    package func decide(_ identity: Identity, app: Name, permission: Permission) -> AccessDecision {
        var nearest: (name: Name, verdict: PolicyVerdict)?
        for candidate in byUID[identity.uid] ?? [] {
            let verdict = verdict(of: candidate.client, on: identity, app: app, permission: permission)
            if case .allows = verdict { return .allowed(candidate.client.name) }
            if nearest.map({ $0.verdict.progress < verdict.progress }) ?? true {
                nearest = (candidate.client.name, verdict)
            }
        }
        return .denied(nearest.map { .client($0.name, $0.verdict) } ?? .unknownUser(identity.uid))
    }

    /// The apps whose existence the caller may know. Takes time proportional to the caller's policies.
    package func visibleApps(to identity: Identity) -> VisibleApps {
        var names: Set<Name> = []
        for candidate in byUID[identity.uid] ?? [] where mismatch(of: candidate.client, with: identity) == nil {
            for grant in candidate.client.grants where !grant.permissions.isEmpty {
                switch grant.target {
                case .any: return .all
                case .app(let name): names.insert(name)
                }
            }
        }
        return .some(names)
    }

    /// The verdict of the client's policy.
    package func verdict(
        of client: Client, on identity: Identity, app: Name, permission: Permission
    ) -> PolicyVerdict {
        if let mismatch = mismatch(of: client, with: identity) { return mismatch }
        if client.grants.contains(where: { $0.covers(app, permission) }) { return .allows }
        return client.grants.contains { $0.covers(app) } ? .permission(permission) : .app
    }

    /// The first selector that does not match.
    private func mismatch(of client: Client, with identity: Identity) -> PolicyVerdict? {
        let wanted = client.selectors
        guard wanted.uid == identity.uid else { return .uid(wanted: wanted.uid) }
        if !reassignedUIDs.isEmpty, let user = wanted.user, let now = reassignedUIDs[client.id] {
            return .user(wanted: user, now: now)
        }
        if identity.isForeign, !wanted.allowsForeign { return .foreign }
        if let gid = wanted.gid, !identity.isMember(of: gid) { return .group(wanted: gid) }
        if let unit = wanted.unit, identity.process?.unit != unit {
            return .unit(wanted: unit.description, found: identity.process?.unit?.description)
        }
        if let path = wanted.executable, identity.process?.executable != path {
            return .executable(wanted: path, found: identity.process?.executable)
        }
        return nil
    }
}
