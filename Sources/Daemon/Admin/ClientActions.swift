import Domain
import Glibc
import Maintenance
import SocketAPI
import Vault

/// Operators' requests about clients.
struct ClientActions {
    let session: VaultController.Session
    let time: any TimeSource
    let audited: AuditedAction?

    var list: ClientList { ClientList(clients: session.vault.catalog.clients.map(ClientDocument.init)) }

    func show(_ name: Name) throws(Problem) -> ClientDocument {
        guard let client = session.vault.catalog.client(name) else {
            throw Problem(.notFound, "there is no client '\(name)'", try: "keyturn client list")
        }
        return ClientDocument(client)
    }

    func add(_ draft: ClientDraft) async throws(Problem) -> ClientDocument {
        let client = try Self.client(draft, at: time.now.wall)
        try await asProblem { () throws(VaultError) in
            try await session.vault.add(client, recording: audited?.done)
        }
        return ClientDocument(client)
    }

    func remove(_ name: Name) async throws(Problem) {
        try await asProblem { () throws(VaultError) in
            try await session.vault.removeClient(name, recording: audited?.done)
        }
    }

    /// Checks a client that an operator entered.
    static func client(_ draft: ClientDraft, at now: Timestamp) throws(Problem) -> Client {
        let (uid, user) = try user(draft.uid, draft.user, of: "a client")
        guard !draft.allow.isEmpty else {
            throw Problem(.badRequest, "the client has no permissions", try: "--allow APP:credentials,token")
        }
        guard !draft.allow.contains(where: \.permissions.isEmpty) else {
            throw Problem(.badRequest, "a grant has no permission", try: "--allow APP:credentials,token")
        }
        return Client(
            id: RowID.make(), name: draft.name,
            selectors: Selectors(
                uid: uid, user: user, gid: try draft.gid.map { gid throws(Problem) in try systemID(gid, "gid") },
                unit: try draft.unit.map(unit), executable: try draft.exe.map(executable),
                allowsForeign: draft.foreign),
            grants: draft.allow, createdAt: now)
    }

    static func unit(_ text: String) throws(Problem) -> UnitName {
        guard let unit = UnitName(text) else { throw Problem(.badRequest, "unit is not \(UnitName.grammar)") }
        return unit
    }

    /// Refuses a path that the kernel would never report, since it would never match.
    static func executable(_ path: String) throws(Problem) -> String {
        let isPlain = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .allSatisfy { !["", ".", ".."].contains($0) }
        guard path.hasPrefix("/"), isPlain, path.utf8.count < Int(PATH_MAX) else {
            throw Problem(.badRequest, "exe is not an absolute path without '.', '..' and empty parts")
        }
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        let real = unsafe String(cString: resolved)
        guard real == path else {
            throw Problem(.badRequest, "exe is a symbolic link, or below one", try: "--exe \(real.printable())")
        }
        return path
    }

    /// The uid, and the user's name, both of which must match later.
    static func user(_ uid: Int?, _ name: String?, of what: String) throws(Problem) -> (uid: UInt32, name: String?) {
        switch (uid, name) {
        case (let uid?, nil):
            let uid = try systemID(uid, "uid")
            return (uid, UserDatabase.name(of: uid))
        case (nil, let name?):
            guard let uid = UserDatabase.uid(of: name) else {
                throw Problem(.badRequest, "there is no user '\(name.printable())' on this machine", try: "--uid N")
            }
            return (uid, name)
        default:
            throw Problem(.badRequest, "\(what) needs either a uid or a user", try: "--uid N or --user U")
        }
    }

    private static func systemID(_ number: Int, _ what: String) throws(Problem) -> UInt32 {
        // The highest number means "no such ID" to the kernel.
        guard let id = UInt32(exactly: number), id != .max else {
            throw Problem(.badRequest, "\(what) is not a number from 0 to 4294967294")
        }
        return id
    }
}

extension ClientDocument {
    init(_ client: Client) {
        self.init(
            name: client.name, uid: Int(client.selectors.uid), user: client.selectors.user,
            gid: client.selectors.gid.map(Int.init), unit: client.selectors.unit?.description,
            exe: client.selectors.executable, foreign: client.selectors.allowsForeign,
            allow: client.grants, createdAt: client.createdAt)
    }
}
