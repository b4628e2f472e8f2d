import CPlatform
import Domain
import Glibc
import SocketAPI
import SocketServer
import Vault

/// A question: would a process, or a user's processes, be served?
struct AccessQuestion: Equatable {
    enum Caller: Equatable { case pid(Int32), uid(UInt32) }
    let app: Name
    let permission: Permission
    let caller: Caller

    init(_ target: RequestTarget) throws(Problem) {
        guard let app = try target.appName else { throw Problem(.badRequest, "app is not \(Name.grammar)") }
        guard let permission = Permission(rawValue: target.query("permission") ?? "credentials") else {
            throw Problem(.badRequest, "permission is not credentials or token")
        }
        let pid = try target.number("pid", in: 1...Int(Int32.max))
        let uid = try target.number("uid", in: 0...Int(UInt32.max) - 1)
        switch (pid, uid) {
        case (let pid?, nil): caller = .pid(Int32(pid))
        case (nil, let uid?): caller = .uid(UInt32(uid))
        default: throw Problem(.badRequest, "give either pid or uid")
        }
        (self.app, self.permission) = (app, permission)
    }
}

/// Predicts the answer of the agent socket, and shows each policy's verdict.
struct Explanation {
    let catalog: Catalog

    func answer(_ question: AccessQuestion) throws(Problem) -> ExplainDocument {
        let identity: Identity
        switch question.caller {
        case .pid(let pid): identity = try Self.identity(of: pid)
        case .uid(let uid): identity = Self.identity(ofUser: uid)
        }
        let policies = catalog.policies
        var decision = policies.decide(identity, app: question.app, permission: question.permission)
        if decision.client != nil, catalog.app(question.app) == nil { decision = .denied(.noSuchApp(question.app)) }
        let clients = catalog.clients
        let ordered =
            clients.filter { $0.selectors.uid == identity.uid }
            + clients.filter { $0.selectors.uid != identity.uid }
        return ExplainDocument(
            app: question.app, permission: question.permission, served: decision.client != nil,
            reason: Self.reason(decision), client: decision.client?.description,
            caller: Self.caller(identity),
            policies: ordered.map { client in
                let verdict = policies.verdict(
                    of: client, on: identity, app: question.app, permission: question.permission)
                return .init(client: client.name, allows: verdict == .allows, reason: verdict.description)
            })
    }

    private static func reason(_ decision: AccessDecision) -> String {
        switch decision {
        case .allowed(let client): "client '\(client)' allows it"
        case .denied(let denial): denial.description
        }
    }

    private static func identity(of pid: Int32) throws(Problem) -> Identity {
        let pidfd = kt_pidfd_open(pid)
        defer { if pidfd >= 0 { close(pidfd) } }
        let identity = ProcFS().identity(of: pid)
        guard pidfd >= 0, let identity, PeerProcess.isAlive(pidfd) else {
            throw Problem(.notFound, "there is no process \(pid), or this daemon may not see it")
        }
        return identity
    }

    /// The facts about a user without a process: the groups of a login.
    private static func identity(ofUser uid: UInt32) -> Identity {
        let groups = UserDatabase.name(of: uid).map(UserDatabase.groups) ?? []
        return Identity(
            uid: uid, gid: groups.first ?? .max, pid: 0, isForeign: uid == IDMaps.current.unmappedUID,
            groups: Array(groups.dropFirst()))
    }

    private static func caller(_ identity: Identity) -> ExplainDocument.Caller {
        ExplainDocument.Caller(
            pid: identity.pid == 0 ? nil : Int(identity.pid), uid: Int(identity.uid),
            user: UserDatabase.name(of: identity.uid), gid: identity.gid == .max ? nil : Int(identity.gid),
            groups: (identity.groups ?? []).map(Int.init), unit: identity.process?.unit?.description,
            slice: identity.process?.slice, exe: identity.process?.executable, foreign: identity.isForeign)
    }
}
