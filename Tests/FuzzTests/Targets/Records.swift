import Envelope
import SecretJSON
import SecretMemory

@testable import Vault

extension FuzzTarget {
    /// Every record from any plaintext that is properly sealed, as another version's or a faulty program's could be: an
    /// error, or a value that is sealed and read again as the same. The first bytes say which record, and its columns.
    static let records = FuzzTarget(name: "records") { input in
        var choices = Choices(input)
        let readers: [([Cell], ArraySlice<UInt8>) throws -> Void] = [
            twice(App.self), twice(Client.self), twice(GenerationRecord.self), twice(Rotation.self),
            twice(TokenRecord.self), twice(RefusalsRecord.self), twice(ReceiptRecord.self),
            twice(SchedulerStateRecord.self),
            twice(VaultState.self), twice(AuditHeadRecord.self), twice(OutboxRecord.self), twice(PushTarget.self),
            twice(DeliveryRecord.self), twice(UnlockMethod.self), twice(NodeState.self), twice(HistoryRecord.self),
        ]
        let reader = choices.oneOf(readers)
        let state = choices.oneOf(["current", "previous", "planned", "draining", "blocked", "lost_response", "x"])
        let number = choices.oneOf([Cell.integer(1), .integer(Int.max), .integer(-1), .null, .text("a")])
        try reader([.text("id"), .text("app"), .text(state), number], choices.rest)
        try reader([.text("app.1"), .text("app"), number, .text(state)], choices.rest)
        try reader([.text("vault"), number, .text("client-one"), .null], choices.rest)
        try reader([.text("vault"), .integer(1), number, .text("head")], choices.rest)
        try reader([.text("00000000000000000012"), .text("head"), number, .null], choices.rest)
    }

    private static let sealer = Result { Sealer(keyring: try Keyring.generate()) }

    private static func twice<R: Record>(_: R.Type) -> ([Cell], ArraySlice<UInt8>) throws -> Void {
        { cells, plain in
            let sealer = try sealer.get()
            let row = SealedRow(table: R.table, cells: Array(cells.prefix(R.table.columns.count)), sealed: [])
            let plain = Array(plain)
            let sealed = try sealer.keyring.seal(
                unsafe plain.span.bytes, table: row.table.name, row: row.id, associatedData: row.associatedData)
            let stored = SealedRow(table: row.table, cells: row.cells, sealed: sealed)
            guard let record = try? sealer.open(stored, as: R.self) else { return }
            let again: R = try sealer.open(sealer.seal(record))
            try hold(written(again) == written(record), "\(R.self) is another when sealed again")
            try hold(again.encoded().cells == record.encoded().cells, "\(R.self) has other columns when sealed again")
            try lossless(plain, written(record), "\(R.self)")
        }
    }

    private static func written(_ record: some Record) -> [UInt8] { bytes(record.encoded().plaintext.bytes) }

    /// A list must not have been something else: what cannot be read must not pass for an empty one.
    private static func lossless(_ plain: [UInt8], _ written: [UInt8], _ what: String) throws {
        let one = try JSONDocument(parsing: secret(plain))
        let two = try JSONDocument(parsing: secret(written))
        for name in ["allow", "calls", "times", "scope", "probe_missing"] {
            guard let before = one.member(name, of: one.root), let after = two.member(name, of: two.root) else {
                continue
            }
            try hold(
                one.kind(before) == two.kind(after)
                    && one.elements(of: before).count == two.elements(of: after).count,
                "\(what): '\(name)' was read as something else")
        }
    }
}
