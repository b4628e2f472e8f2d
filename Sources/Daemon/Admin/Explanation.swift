import CPlatform
import Domain
import Glibc
import SocketAPI
import SocketServer
import Vault

/// Predicts the answer of the agent socket, and shows each policy's verdict.
struct Explanation {
    let catalog: Catalog

    func answer(_ question: ExplainRequest) throws(Problem) -> ExplainDocument {
        let identity = try Self.identity(question)
        let policies = catalog.policies
        let decision = catalog.access(of: identity, to: question.app, question.permission)
        let client: Name? = if case .granted(_, let client) = decision { client } else { nil }
        let clients = catalog.clients
        let ordered =
            clients.filter { $0.selectors.uid == identity.uid }
            + clients.filter { $0.selectors.uid != identity.uid }
        return ExplainDocument(
            app: question.app, permission: question.permission, served: client != nil,
            reason: Self.reason(decision), client: client?.description,
            caller: Self.caller(identity),
            policies: ordered.map { client in
                let verdict = policies.verdict(
                    of: client, on: identity, app: question.app, permission: question.permission)
                return .init(client: client.name, allows: verdict == .allows, reason: verdict.description)
            })
    }

    private static func reason(_ decision: AppDecision) -> String {
        switch decision {
        case .granted(_, let client): "client '\(client)' allows it"
        case .denied(let denial): denial.description
        }
    }

    private static func identity(_ question: ExplainRequest) throws(Problem) -> Identity {
        guard let pid = question.pid else {
            let uid = try ClientActions.user(question.uid, question.user, of: "a question").uid
            return try identity(ofUser: uid, unit: question.unit, executable: question.exe)
        }
        guard question.uid == nil, question.user == nil, question.unit == nil, question.exe == nil else {
            throw Problem(
                .badRequest, "the user, the unit and the executable of a process are known", try: "--pid N alone")
        }
        guard let pid = Int32(exactly: pid), pid > 0 else {
            throw Problem(.badRequest, "pid is not a number from 1 to \(Int32.max)")
        }
        return try identity(of: pid)
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

    /// The facts about a user without a process: the groups of a login, and what is supposed of the process.
    private static func identity(ofUser uid: UInt32, unit: String?, executable: String?) throws(Problem) -> Identity {
        let process = ProcessFacts(
            unit: try unit.map(ClientActions.unit), slice: nil,
            executable: try executable.map(ClientActions.executable))
        let groups = UserDatabase.name(of: uid).map(UserDatabase.groups) ?? []
        return Identity(
            uid: uid, gid: groups.first ?? .max, pid: 0, isForeign: uid == IDMaps.current.unmappedUID,
            groups: Array(groups.dropFirst()), process: process)
    }

    private static func caller(_ identity: Identity) -> ExplainDocument.Caller {
        ExplainDocument.Caller(
            pid: identity.pid == 0 ? nil : Int(identity.pid), uid: Int(identity.uid),
            user: UserDatabase.name(of: identity.uid), gid: identity.gid == .max ? nil : Int(identity.gid),
            groups: (identity.groups ?? []).map(Int.init), unit: identity.process?.unit?.description,
            slice: identity.process?.slice, exe: identity.process?.executable, foreign: identity.isForeign)
    }
}
