import Domain
import SecretJSON

struct ClientRecord: Record {
    static let table = SealedTable.client
    let client: Client

    init(_ client: Client) { self.client = client }

    var cells: [Cell] { [.text(client.id)] }
    var indexed: [String] { [client.name.description] }
    var opened: OpenedRow { .client(client) }

    func write(to writer: inout JSONWriter) {
        writer.member("name", client.name.description)
        writer.member("uid", Int(client.selectors.uid))
        writer.member("user", ifPresent: client.selectors.user)
        if let gid = client.selectors.gid { writer.member("gid", Int(gid)) }
        writer.member("unit", ifPresent: client.selectors.unit?.description)
        writer.member("exe", ifPresent: client.selectors.executable)
        if client.selectors.allowsForeign { writer.member("foreign", true) }
        writer.member("created_at", client.createdAt)
        writer.key("allow")
        writer.beginArray()
        for grant in client.grants {
            writer.beginObject()
            if case .app(let name) = grant.target { writer.member("app", name.description) }
            writer.key("kinds")
            writer.beginArray()
            for kind in Grant.Kind.allCases where grant.kinds.contains(kind) { writer.string(kind.rawValue) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            ["name", "uid", "user", "gid", "unit", "exe", "foreign", "created_at", "allow"], of: document.root)
        guard let name = Name(try document.text("name")) else { throw JSONError(.outOfRange, member: "name") }
        var gid: UInt32?
        if let node = document.member("gid", of: document.root) {
            gid = try Self.systemID(try document.integer(node), "gid")
        }
        var unit: UnitName?
        if let node = document.member("unit", of: document.root) {
            unit = UnitName(try document.string(node))
            if unit == nil { throw JSONError(.outOfRange, member: "unit") }
        }
        var isForeign = false
        if let node = document.member("foreign", of: document.root) { isForeign = try document.bool(node) }
        var grants: [Grant] = []
        for node in try document.list("allow", of: document.root) {
            grants.append(try Self.grant(node, in: document))
        }
        client = Client(
            id: try cells.text(0), name: name,
            selectors: Selectors(
                uid: try Self.systemID(try document.number("uid"), "uid"),
                user: try document.optionalText("user"), gid: gid, unit: unit,
                executable: try document.optionalText("exe"), allowsForeign: isForeign),
            grants: grants, createdAt: try document.time("created_at"))
    }

    /// No `app` means every app. A member that is there must be a name: a rule must not widen by being misread.
    private static func grant(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) -> Grant {
        try document.allowOnly(["app", "kinds"], of: node)
        var target = Grant.Target.any
        if let app = document.member("app", of: node) {
            guard let name = Name(try document.string(app)) else { throw JSONError(.outOfRange, member: "app") }
            target = .app(name)
        }
        var kinds: Set<Grant.Kind> = []
        for kind in try document.list("kinds", of: node) {
            guard let known = Grant.Kind(rawValue: try document.string(kind)) else {
                throw JSONError(.outOfRange, member: "kinds")
            }
            kinds.insert(known)
        }
        return Grant(target: target, kinds: kinds)
    }

    private static func systemID(_ number: Int, _ member: String) throws(JSONError) -> UInt32 {
        guard let id = UInt32(exactly: number) else { throw JSONError(.outOfRange, member: member) }
        return id
    }
}
