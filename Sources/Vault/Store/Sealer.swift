import Envelope
import SecretJSON
import SecretMemory

/// Converts records to sealed rows and back.
struct Sealer: Sendable {
    let keyring: Keyring

    /// Reads back the content before sealing it: a row that can be written but not read would cost the whole vault.
    func seal<R: Record>(_ record: R) throws(VaultError) -> SealedRow {
        let (columns, plaintext) = record.encoded()
        let row = SealedRow(table: R.table, cells: columns + (try blindIndexes(of: record)), sealed: [])
        do { _ = try R(cells: row.cells, plaintext: plaintext.bytes.copy()) } catch {
            throw VaultError(.library, "\(row.table.name) row \(row.id) would not be readable: \(error)")
        }
        do {
            let sealed = try plaintext.bytes.withSpan { span throws(EnvelopeError) in
                try keyring.seal(span, table: row.table.name, row: row.id, associatedData: row.associatedData)
            }
            return SealedRow(table: row.table, cells: row.cells, sealed: sealed)
        } catch {
            throw VaultError(.library, "a row could not be encrypted: \(error)")
        }
    }

    private func blindIndexes<R: Record>(of record: R) throws(VaultError) -> [Cell] {
        var cells: [Cell] = []
        for (column, text) in zip(R.table.blindIndexes, record.indexed) {
            cells.append(.text(try blindIndex(of: text, in: R.table, column)))
        }
        return cells
    }

    /// The value of a blind index column.
    func blindIndex(of text: String, in table: SealedTable, _ column: String) throws(VaultError) -> String {
        do { return try keyring.blindIndex(of: text, table: table.name, column: column) } catch {
            throw VaultError(.library, "no index of a row: \(error)")
        }
    }

    /// 12 hexadecimal digits by which secrets are compared without showing them.
    func fingerprint(of secret: SecretBox) throws(VaultError) -> String {
        do { return try keyring.fingerprint(of: secret.bytes) } catch {
            throw VaultError(.library, "no fingerprint: \(error)")
        }
    }

    func open<R: Record>(_ row: SealedRow, as _: R.Type = R.self) throws(VaultError) -> R {
        do {
            let plaintext = try keyring.open(
                row.sealed, table: row.table.name, row: row.id, associatedData: row.associatedData)
            return try R(cells: row.cells, plaintext: plaintext)
        } catch {
            throw VaultError(.damaged, "\(row.table.name) row \(row.id): \(error)", hint: Vault.restoreHint)
        }
    }

    /// The same content, sealed in the newest epoch.
    func reseal(_ row: SealedRow) throws(VaultError) -> SealedRow {
        let (table, columns) = (row.table.name, row.associatedData)
        do {
            let plaintext = try keyring.open(row.sealed, table: table, row: row.id, associatedData: columns)
            let sealed = try plaintext.withSpan { span throws(EnvelopeError) in
                try keyring.seal(span, table: table, row: row.id, associatedData: columns)
            }
            return SealedRow(table: row.table, cells: row.cells, sealed: sealed)
        } catch {
            throw VaultError(.damaged, "\(table) row \(row.id): \(error)", hint: Vault.restoreHint)
        }
    }

    func digest(of row: SealedRow) throws(VaultError) -> SetDigest {
        do {
            return try keyring.rowDigest(table: row.table.name, row: row.id, sealed: unsafe row.sealed.span.bytes)
        } catch {
            throw VaultError(.library, "a row could not be digested: \(error)")
        }
    }
}

extension SealedRow {
    /// Every plain column by name and value: a blob that moves, or a column that changes, no longer opens.
    var associatedData: AssociatedData {
        var data = AssociatedData()
        for (column, cell) in zip(table.columns, cells) {
            switch cell {
            case .text(let text): data.append(column, .text(text))
            case .integer(let number): data.append(column, .integer(Int64(number)))
            case .null: data.append(column, .null)
            }
        }
        return data
    }
}
