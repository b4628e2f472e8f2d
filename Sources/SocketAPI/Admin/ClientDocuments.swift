package import Names
package import SecretJSON
package import Times

/// What a client may fetch of an app, on the wire.
package struct GrantDocument: Equatable, Sendable, WireDocument {
    /// An app's name, or `*` for every app.
    package let app: String
    /// Of `credentials` and `token`.
    package let kinds: [String]

    package init(app: String, kinds: [String]) {
        self.app = app
        self.kinds = kinds
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("app", app)
        json.key("kinds")
        json.beginArray()
        for kind in kinds { json.string(kind) }
        json.endArray()
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["app", "kinds"], of: node)
        self.init(app: try document.text("app", of: node), kinds: try document.texts("kinds", of: node))
    }
}

/// The body of `POST /v1/clients`. Read strictly: a member that is not understood could be a condition.
package struct ClientDraft: Equatable, Sendable, WireDocument {
    package let name: Name
    /// One of the two says who.
    package let uid: Int?
    package let user: String?
    package let gid: Int?
    package let unit: String?
    package let exe: String?
    /// Whether callers match that come out of a namespace which the daemon does not see into.
    package let foreign: Bool
    package let allow: [GrantDocument]

    package init(
        name: Name, uid: Int?, user: String?, gid: Int?, unit: String? = nil, exe: String? = nil, foreign: Bool = false,
        allow: [GrantDocument]
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("name", name.description)
        if let uid { json.member("uid", uid) }
        if let user { json.member("user", user) }
        if let gid { json.member("gid", gid) }
        if let unit { json.member("unit", unit) }
        if let exe { json.member("exe", exe) }
        if foreign { json.member("foreign", foreign) }
        json.member("allow", list: allow)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(["name", "uid", "user", "gid", "unit", "exe", "foreign", "allow"], of: node)
        self.init(
            name: try document.name("name", of: node), uid: try document.optionalNumber("uid", of: node),
            user: try document.optionalText("user", of: node), gid: try document.optionalNumber("gid", of: node),
            unit: try document.optionalText("unit", of: node), exe: try document.optionalText("exe", of: node),
            foreign: try document.optionalFlag("foreign", of: node) ?? false,
            allow: try document.list("allow", of: node))
    }
}

/// A client as operators see it.
package struct ClientDocument: Equatable, Sendable, WireDocument {
    package let name: Name
    package let uid: Int
    /// The user's name when the client was added.
    package let user: String?
    package let gid: Int?
    package let unit: String?
    package let exe: String?
    package let foreign: Bool
    package let allow: [GrantDocument]
    package let createdAt: Timestamp

    package init(
        name: Name, uid: Int, user: String?, gid: Int?, unit: String?, exe: String?, foreign: Bool,
        allow: [GrantDocument], createdAt: Timestamp
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

    package func writeMembers(to json: inout JSONWriter) {
        json.member("name", name.description)
        json.member("uid", uid)
        json.key("user")
        if let user { json.string(user) } else { json.null() }
        json.key("gid")
        if let gid { json.integer(gid) } else { json.null() }
        json.member("unit", orNull: unit)
        json.member("exe", orNull: exe)
        json.member("foreign", foreign)
        json.member("allow", list: allow)
        json.member("created_at", createdAt.description)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            name: try document.name("name", of: node), uid: try document.number("uid", of: node),
            user: try document.optionalText("user", of: node), gid: try document.optionalNumber("gid", of: node),
            unit: try document.optionalText("unit", of: node), exe: try document.optionalText("exe", of: node),
            foreign: try document.optionalFlag("foreign", of: node) ?? false,
            allow: try document.list("allow", of: node), createdAt: try document.time("created_at", of: node))
    }
}

/// The answer to `GET /v1/clients`, by name.
package struct ClientList: Equatable, Sendable, WireDocument {
    package let clients: [ClientDocument]

    package init(clients: [ClientDocument]) { self.clients = clients }

    package func writeMembers(to json: inout JSONWriter) { json.member("clients", list: clients) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        clients = try document.list("clients", of: node)
    }
}
