import Domain

/// A client as an operator wants it is what adds it.
extension ClientDraft {
    /// With one grant for each app, in the order of their names, so that equal clients are equal.
    package var normalised: ClientDraft {
        let byApp = Dictionary(grouping: allow, by: \.target.rawValue)
        return ClientDraft(
            name: name, uid: uid, user: user, gid: gid, unit: unit, exe: exe, foreign: foreign,
            allow: byApp.sorted { $0.key < $1.key }.compactMap { _, grants in
                grants.first.map {
                    Grant(target: $0.target, permissions: grants.reduce(into: []) { $0.formUnion($1.permissions) })
                }
            })
    }

    /// As it is written, without its name.
    package var value: ObjectValue {
        ObjectValue(
            of: ObjectMember("user", ObjectValue(user)), ObjectMember("uid", ObjectValue(uid)),
            ObjectMember("gid", ObjectValue(gid)), ObjectMember("unit", ObjectValue(unit)),
            ObjectMember("exe", ObjectValue(exe)), ObjectMember("foreign", ObjectValue(ifTrue: foreign)),
            ObjectMember(
                "allow",
                .members(
                    normalised.allow.compactMap { grant in
                        let words = Permission.allCases.filter(grant.permissions.contains).map(\.rawValue)
                        return ObjectMember(grant.target.rawValue, .list(words))
                    })))
    }

    /// What differs, one text for each value.
    package func changes(from known: ClientDraft) -> [String] {
        ObjectValue.changes(from: known.value, to: value, defaults: ["foreign": "false"])
    }
}
