package import Names
package import SecretJSON

/// The answer to `GET /v1/explain`: whether a process, or a user's processes, would be served, and why.
package struct ExplainDocument: Equatable, Sendable, WireDocument {
    /// What the kernel says. What is not known is `nil`.
    package struct Caller: Equatable, Sendable, WireDocument {
        package let pid: Int?
        package let uid: Int
        /// The user's name.
        package let user: String?
        package let gid: Int?
        package let groups: [Int]
        package let unit: String?
        package let slice: String?
        package let exe: String?
        /// Whether it is in a namespace that the daemon does not see into.
        package let foreign: Bool

        package init(
            pid: Int?, uid: Int, user: String?, gid: Int?, groups: [Int], unit: String?, slice: String?, exe: String?,
            foreign: Bool
        ) {
            self.pid = pid
            self.uid = uid
            self.user = user
            self.gid = gid
            self.groups = groups
            self.unit = unit
            self.slice = slice
            self.exe = exe
            self.foreign = foreign
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("pid", orNull: pid)
            json.member("uid", uid)
            json.member("user", orNull: user)
            json.member("gid", orNull: gid)
            json.key("groups")
            json.beginArray()
            for group in groups { json.integer(group) }
            json.endArray()
            json.member("unit", orNull: unit)
            json.member("slice", orNull: slice)
            json.member("exe", orNull: exe)
            json.member("foreign", foreign)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            var groups: [Int] = []
            for group in document.elements(of: try document.require("groups", of: node)) {
                groups.append(try document.integer(group))
            }
            self.init(
                pid: try document.optionalNumber("pid", of: node), uid: try document.number("uid", of: node),
                user: try document.optionalText("user", of: node), gid: try document.optionalNumber("gid", of: node),
                groups: groups, unit: try document.optionalText("unit", of: node),
                slice: try document.optionalText("slice", of: node), exe: try document.optionalText("exe", of: node),
                foreign: try document.flag("foreign", of: node))
        }
    }

    /// What one client's rule says.
    package struct Rule: Equatable, Sendable, WireDocument {
        package let client: Name
        package let allows: Bool
        /// In words, to be read behind the client's name.
        package let reason: String

        package init(client: Name, allows: Bool, reason: String) {
            self.client = client
            self.allows = allows
            self.reason = reason
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("client", client.description)
            json.member("allows", allows)
            json.member("reason", reason)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                client: try document.name("client", of: node), allows: try document.flag("allows", of: node),
                reason: try document.text("reason", of: node))
        }
    }

    package let app: Name
    /// `credentials` or `token`.
    package let kind: String
    package let served: Bool
    package let reason: String
    /// The client that it would be served as.
    package let client: String?
    package let caller: Caller
    /// Every client's rule, those of the caller's uid first.
    package let rules: [Rule]

    package init(
        app: Name, kind: String, served: Bool, reason: String, client: String?, caller: Caller, rules: [Rule]
    ) {
        self.app = app
        self.kind = kind
        self.served = served
        self.reason = reason
        self.client = client
        self.caller = caller
        self.rules = rules
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("served", served)
        json.member("app", app.description)
        json.member("kind", kind)
        json.member("reason", reason)
        json.member("client", orNull: client)
        json.key("caller")
        caller.write(to: &json)
        json.member("rules", list: rules)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            app: try document.name("app", of: node), kind: try document.text("kind", of: node),
            served: try document.flag("served", of: node), reason: try document.text("reason", of: node),
            client: try document.optionalText("client", of: node),
            caller: try Caller(try document.require("caller", of: node), in: document),
            rules: try document.list("rules", of: node))
    }
}
