package import Domain
package import SecretJSON

/// The answer to `POST /v1/explain`: whether a process, or a user's processes, would be served, and why.
package struct ExplainDocument: Equatable, Sendable, ListedDocument {
    /// The facts from the kernel. Unknown ones are `nil`.
    package struct Caller: Equatable, Sendable, ListedDocument {
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

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            pid = try members.orNull("pid", \.pid)
            uid = try members("uid", \.uid)
            user = try members.orNull("user", \.user)
            gid = try members.orNull("gid", \.gid)
            groups = try members("groups", \.groups)
            unit = try members.orNull("unit", \.unit)
            slice = try members.orNull("slice", \.slice)
            exe = try members.orNull("exe", \.exe)
            foreign = try members("foreign", \.foreign)
        }
    }

    /// The verdict of one client's policy.
    package struct Policy: Equatable, Sendable, ListedDocument {
        package let client: Name
        package let allows: Bool
        /// A text that continues the client's name.
        package let reason: String

        package init(client: Name, allows: Bool, reason: String) {
            self.client = client
            self.allows = allows
            self.reason = reason
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            client = try members("client", \.client)
            allows = try members("allows", \.allows)
            reason = try members("reason", \.reason)
        }
    }

    package let app: Name
    package let permission: Permission
    package let served: Bool
    package let reason: String
    /// The client that it would be served as.
    package let client: String?
    package let caller: Caller
    /// The policies of all clients, those of the caller's uid first.
    package let policies: [Policy]

    package init(
        app: Name, permission: Permission, served: Bool, reason: String, client: String?, caller: Caller,
        policies: [Policy]
    ) {
        self.app = app
        self.permission = permission
        self.served = served
        self.reason = reason
        self.client = client
        self.caller = caller
        self.policies = policies
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        served = try members("served", \.served)
        app = try members("app", \.app)
        permission = try members("permission", \.permission)
        reason = try members("reason", \.reason)
        client = try members.orNull("client", \.client)
        caller = try members("caller", \.caller)
        policies = try members("policies", \.policies)
    }
}
