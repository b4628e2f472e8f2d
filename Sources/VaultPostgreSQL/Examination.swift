import Domain
import Vault

/// The checks of a vault's tables that need no key.
enum Examination {
    /// The tables that hold no rows of the vault, with their columns.
    private static let own = [
        "vault": ["one", "other_end", "schema", "standing"],
        "writer": ["beat", "beaten_at", "fence", "instance", "node", "one", "place"],
    ]
    private static let triggers = ["rotation.rotation_ended"]
    private static let indexes = [
        "generation_current", "receipt_app", "rotation_app", "rotation_open", "target_app", "target_place",
    ]

    static func findings(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> [Finding] {
        try differences(on: connection).map { Finding(.fatal, "database", StoreError(.damaged, $0, hint: hint).advice) }
    }

    private static let hint =
        "find out who changed it: it takes the role that owns the schema; then keyturnd restore BACKUP --replace"

    /// What the database has besides this program's tables, columns, triggers and rules, or lacks of them, in sentences. A trigger
    /// that somebody added would run with each change.
    static func differences(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> [String] {
        var wanted = own
        for table in SealedTable.all { wanted[table.name] = (table.columns + ["sealed"]).sorted() }
        var found: [String: [String]] = [:]
        for text in try texts(columns, on: connection) {
            let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
            if parts.count == 2 { found[parts[0], default: []].append(parts[1]) }
        }
        var differences: [String] = []
        for (table, columns) in wanted.sorted(by: { $0.key < $1.key }) {
            guard let there = found[table] else {
                differences.append("table \(table) is missing")
                continue
            }
            if there.sorted() != columns { differences.append("table \(table) has other columns than the schema") }
        }
        for table in found.keys.sorted() where wanted[table] == nil {
            differences.append("table \(table) is not part of the schema: somebody added it")
        }
        for (what, query, known) in [
            ("trigger", triggerNames, triggers), ("index", indexNames, indexes), ("rule or row policy", ruleNames, []),
        ] {
            let names = try texts(query, on: connection)
            differences += known.filter { !names.contains($0) }.map { "\(what) \($0) is missing" }
            guard what != "index" else { continue }
            differences += names.filter { !known.contains($0) }.map {
                "\(what) \($0) is not part of the schema: somebody added it"
            }
        }
        return differences
    }

    /// Whether there is any table of a vault.
    static func isAnything(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) -> Bool {
        try !texts(columns, on: connection).isEmpty
    }

    private static let columns = """
        SELECT c.relname || ' ' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        WHERE c.relnamespace = to_regnamespace('keyturn') AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
        AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1
        """
    private static let triggerNames = """
        SELECT c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
        WHERE c.relnamespace = to_regnamespace('keyturn') AND NOT t.tgisinternal AND t.tgenabled <> 'D' ORDER BY 1
        """
    private static let indexNames = """
        SELECT c.relname::text FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid \
        WHERE c.relnamespace = to_regnamespace('keyturn') AND i.indisvalid ORDER BY 1
        """
    private static let ruleNames = """
        SELECT c.relname || '.' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class \
        WHERE c.relnamespace = to_regnamespace('keyturn') \
        UNION SELECT c.relname || '.' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid \
        WHERE c.relnamespace = to_regnamespace('keyturn') ORDER BY 1
        """

    private static func texts(
        _ query: String, on connection: PostgreSQLConnection
    ) throws(PostgreSQLFailure) -> [String] {
        try connection.run(query) { result throws(PostgreSQLFailure) in
            var texts: [String] = []
            for row in 0..<result.rows {
                if case .text(let text) = try result.value(row, 0) { texts.append(text) }
            }
            return texts
        }
    }
}
