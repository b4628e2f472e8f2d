package import Domain
package import SecretJSON

/// The body of `POST /v1/clients`. Read strictly: an unknown member could be a condition.
package struct ClientDraft: Equatable, Sendable, ListedDocument {
    package let name: Name
    /// Exactly one of `uid` and `user` identifies the user.
    package let uid: Int?
    package let user: String?
    package let gid: Int?
    package let unit: String?
    package let exe: String?
    /// Whether the policy also matches callers in a namespace that the daemon does not see into.
    package let foreign: Bool
    package let allow: [Grant]

    package init(
        name: Name, uid: Int?, user: String?, gid: Int?, unit: String? = nil, exe: String? = nil, foreign: Bool = false,
        allow: [Grant]
    ) {
        self.name = name
        self.uid = uid
        self.user = user
        self.gid = gid
        self.unit = unit
        self.exe = exe
        self.foreign = foreign
        self.allow = allow
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        name = try members("name", \.name)
        uid = try members.ifPresent("uid", \.uid)
        user = try members.ifPresent("user", \.user)
        gid = try members.ifPresent("gid", \.gid)
        unit = try members.ifPresent("unit", \.unit)
        exe = try members.ifPresent("exe", \.exe)
        foreign = try members("foreign", \.foreign, omitting: false)
        allow = try members("allow", \.allow)
    }
}

/// A client as operators see it.
package struct ClientDocument: Equatable, Sendable, ListedDocument {
    package let name: Name
    package let uid: Int
    /// The user's name when the client was added.
    package let user: String?
    package let gid: Int?
    package let unit: String?
    package let exe: String?
    package let foreign: Bool
    package let allow: [Grant]
    package let createdAt: Timestamp

    package init(
        name: Name, uid: Int, user: String?, gid: Int?, unit: String?, exe: String?, foreign: Bool,
        allow: [Grant], createdAt: Timestamp
    ) {
        self.name = name
        self.uid = uid
        self.user = user
        self.gid = gid
        self.unit = unit
        self.exe = exe
        self.foreign = foreign
        self.allow = allow
        self.createdAt = createdAt
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        name = try members("name", \.name)
        uid = try members("uid", \.uid)
        user = try members.orNull("user", \.user)
        gid = try members.orNull("gid", \.gid)
        unit = try members.orNull("unit", \.unit)
        exe = try members.orNull("exe", \.exe)
        foreign = try members("foreign", \.foreign, default: false)
        allow = try members("allow", \.allow)
        createdAt = try members("created_at", \.createdAt)
    }
}

/// The answer to `GET /v1/clients`, by name.
package struct ClientList: Equatable, Sendable, ListedDocument {
    package let clients: [ClientDocument]

    package init(clients: [ClientDocument]) { self.clients = clients }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        clients = try members("clients", \.clients)
    }
}
