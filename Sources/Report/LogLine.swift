package import Domain
package import SecretJSON
import SecretMemory

/// A line of the audit log, as far as a report shows it. Members that it does not know are ignored.
package struct LogLine: Equatable, Sendable, MemberList {
    package let number: Int
    package let time: Timestamp
    package let action: String
    package let outcome: String
    package let app: String?
    package let client: String?
    package let target: String?
    package let rotation: String?
    package let generation: Int?
    package let newGeneration: Int?
    package let revokeAt: Timestamp?
    package let changed: String?
    package let reason: String?
    package let count: Int?
    package let actor: String?
    package let uid: Int?
    package let user: String?
    package let loginUID: Int?
    package let loginUser: String?
    package let session: Int?

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        number = try members("seq", \.number)
        time = try members("time", \.time)
        action = try members("action", \.action)
        outcome = try members("outcome", \.outcome)
        app = try members.ifPresent("app", \.app)
        client = try members.ifPresent("client", \.client)
        target = try members.ifPresent("target", \.target)
        rotation = try members.ifPresent("rotation", \.rotation)
        generation = try members.ifPresent("generation", \.generation)
        newGeneration = try members.ifPresent("new_generation", \.newGeneration)
        revokeAt = try members.ifPresent("revoke_at", \.revokeAt)
        changed = try members.ifPresent("changed", \.changed)
        reason = try members.ifPresent("reason", \.reason)
        count = try members.ifPresent("count", \.count)
        actor = try members.ifPresent("actor", \.actor)
        uid = try members.ifPresent("uid", \.uid)
        user = try members.ifPresent("user", \.user)
        loginUID = try members.ifPresent("login_uid", \.loginUID)
        loginUser = try members.ifPresent("login_user", \.loginUser)
        session = try members.ifPresent("session", \.session)
    }

    /// `nil` for a line that cannot be read.
    package init?(_ text: String) {
        guard let document = try? JSONDocument(parsing: SecretBytes(copying: text)),
            let line = try? Self(document.root, in: document)
        else { return nil }
        self = line
    }

    /// Who did it: `anna`, `anna as root`, `uid 1000`, `keyturnd`. A login stays the same under sudo.
    package var who: String {
        guard let uid else { return actor ?? "keyturnd" }
        let user = user ?? (uid == 0 ? "root" : "uid \(uid)")
        guard let loginUID, loginUID != uid else { return user }
        return "\(loginUser ?? "uid \(loginUID)") as \(user)"
    }
}
