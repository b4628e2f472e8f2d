import SecretJSON
import SecretMemory
import SocketAPI
import Times

/// Where the book of alarms outlives a restart: `alarms.json` in the state directory. It holds what the status shows, and
/// is not sealed, so that it can be kept while the vault is locked. Lost, what still is wrong is told once more.
struct AlarmFile: Sendable {
    let path: String
    private var file: StateFile { StateFile(path: path, largest: 4 << 20, what: "alarms") }

    /// An empty book when there is none, or none that can be read.
    func read() throws(StartError) -> AlarmBook {
        guard let content = try file.read() else { return AlarmBook() }
        do { return try AlarmBook(parsing: content, values: 50_000) } catch {
            throw StartError(.badData, "\(path) is no file of alarms: \(error)")
        }
    }

    /// Puts the book in the place of the one before it, as a whole. Blocks.
    func write(_ book: AlarmBook) throws(StartError) { try file.write(book.render()) }
}

extension AlarmBook: WireDocument {
    private struct Entry: WireDocument {
        let key: Key
        let standing: Standing

        func writeMembers(to json: inout JSONWriter) {
            json.member("code", key.code)
            json.member("app", orNull: key.app)
            json.member("target", orNull: key.target)
            if let others = standing.others { json.member("others", others) }
            json.member("since", standing.since.description)
            json.member("gone_since", orNull: standing.goneSince?.description)
            json.member("raised_at", orNull: standing.raisedAt?.description)
            json.member("resolved_at", orNull: standing.resolvedAt?.description)
            json.member("rung_at", orNull: standing.rungAt?.description)
            json.member("rung_as", orNull: standing.rungAs?.rawValue)
            json.member("owed", orNull: standing.owed?.rawValue)
            json.member("told", standing.isTold)
            json.member("detail", standing.detail)
            json.member("try", orNull: standing.hint)
            json.member("deadline", orNull: standing.deadline?.description)
        }

        init(_ key: Key, _ standing: Standing) { (self.key, self.standing) = (key, standing) }

        init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            // The file is not sealed, and what is in it comes to terminals.
            func line(_ member: String) throws(JSONError) -> String? {
                try document.optionalText(member, of: node).map(StandardErrorLog.oneLine)
            }
            func text(_ member: String) throws(JSONError) -> String {
                StandardErrorLog.oneLine(try document.text(member, of: node))
            }
            let others = try document.optionalNumber("others", of: node)
            key = Key(
                code: try text("code"), app: try line("app"), target: try line("target"), isOthers: others != nil)
            var standing = Standing(since: try document.time("since", of: node), detail: try text("detail"))
            standing.goneSince = try document.optionalTime("gone_since", of: node)
            standing.raisedAt = try document.optionalTime("raised_at", of: node)
            standing.resolvedAt = try document.optionalTime("resolved_at", of: node)
            standing.rungAt = try document.optionalTime("rung_at", of: node)
            standing.rungAs = try document.optionalText("rung_as", of: node).flatMap(Severity.init)
            if let owed = try document.optionalText("owed", of: node) {
                guard let owed = Owed(rawValue: owed) else { throw JSONError(.outOfRange, member: "owed") }
                standing.owed = owed
            }
            standing.isTold = try document.flag("told", of: node)
            standing.others = others
            standing.hint = try line("try")
            standing.deadline = try document.optionalTime("deadline", of: node)
            self.standing = standing
        }
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("version", 1)
        json.member("alarms", list: standing.sorted { $0.key < $1.key }.map { Entry($0.key, $0.value) })
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard try document.number("version", of: node) == 1 else { throw JSONError(.outOfRange, member: "version") }
        let entries: [Entry] = try document.list("alarms", of: node)
        self.init(Dictionary(entries.map { ($0.key, $0.standing) }) { first, _ in first })
    }
}
