package import Domain
package import SecretJSON

/// The body of `POST /v1/explain`: a process, or the processes of a user. Read strictly: an unknown member could be a
/// condition.
package struct ExplainRequest: Equatable, Sendable, ListedDocument {
    package let app: Name
    package let permission: Permission
    /// Exactly one of `pid`, `uid` and `user` is given.
    package let pid: Int?
    package let uid: Int?
    package let user: String?
    /// Of the user's process. Not given with `pid`.
    package let unit: String?
    package let exe: String?

    package init(
        app: Name, permission: Permission = .credentials, pid: Int? = nil, uid: Int? = nil, user: String? = nil,
        unit: String? = nil, exe: String? = nil
    ) {
        self.app = app
        self.permission = permission
        self.pid = pid
        self.uid = uid
        self.user = user
        self.unit = unit
        self.exe = exe
    }

    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        app = try members("app", \.app)
        permission = try members("permission", \.permission, default: .credentials)
        pid = try members.ifPresent("pid", \.pid)
        uid = try members.ifPresent("uid", \.uid)
        user = try members.ifPresent("user", \.user)
        unit = try members.ifPresent("unit", \.unit)
        exe = try members.ifPresent("exe", \.exe)
    }
}
