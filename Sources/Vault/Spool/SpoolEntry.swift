package import Domain
import Envelope
package import SecretMemory

/// One of Zoom's answers, sealed outside of the vault because the vault could not store it.
///
/// The file also contains copies of the vault's key slots and keyring, so that every unlock key of the vault opens the
/// answer, even if the vault is lost:
///
///     "KTSPOOL1" ‖ 01 ‖ u32 length of the rest ‖ text(rotation) ‖ text(app) ‖ i64 call ‖ i64 time
///     ‖ u32 number of slots ‖ each: text(id) ‖ text(kind) ‖ counted(slot) ‖ counted(keyring) ‖ counted(sealed)
///
/// `sealed` is a row `rotation` of a table `spool` beside the columns app, call and time, of
/// `u32 length ‖ text(app's name) ‖ text(account ID) ‖ text(client ID)` (the length is that of the three) `‖ answer`.
package struct SpoolEntry: Equatable, Sendable {
    package let rotationID: String
    package let appID: String
    /// The number of the call that Zoom answered, counted from 1.
    package let call: Int
    package let at: Timestamp
    private let keySlots: KeySlots
    private let sealed: [UInt8]

    private static let mark = Array("KTSPOOL1".utf8) + [1]
    private static let table = "spool"

    /// Seals an answer to the rotation's newest call.
    package init(
        _ answer: SecretBox, to rotation: Rotation, of app: App, at now: Timestamp, for vault: Vault
    ) throws(VaultError) {
        var names: [UInt8] = []
        for text in [app.name.description, app.accountID, app.clientID] { names.append(text: text) }
        var plaintext = SecretBuffer(capacity: names.count + answer.bytes.count + 4)
        var counted: [UInt8] = []
        counted.append(counted: names)
        plaintext.append(unsafe counted.span.bytes)
        plaintext.append(answer.bytes)
        try self.init(
            rotationID: rotation.id, appID: app.id, call: rotation.calls.count, at: now, plaintext, for: vault)
    }

    private init(
        rotationID: String, appID: String, call: Int, at: Timestamp, _ plaintext: borrowing SecretBuffer,
        for vault: Vault
    ) throws(VaultError) {
        (self.rotationID, self.appID, self.call, self.at) = (rotationID, appID, call, at)
        keySlots = vault.keySlots
        let columns = Self.columns(appID, call, at)
        do {
            sealed = try plaintext.withSpan { span throws(EnvelopeError) in
                try vault.sealer.keyring.seal(span, table: Self.table, row: rotationID, associatedData: columns)
            }
        } catch {
            throw VaultError(.library, "an answer could not be encrypted: \(error)")
        }
    }

    private static func columns(_ appID: String, _ call: Int, _ at: Timestamp) -> AssociatedData {
        ["app": .text(appID), "call": .integer(Int64(call)), "at": .integer(Int64(at.unixSeconds))]
    }

    // MARK: File format

    package var encoded: [UInt8] {
        var rest: [UInt8] = []
        rest.append(text: rotationID)
        rest.append(text: appID)
        rest.append(bigEndian: Int64(call))
        rest.append(bigEndian: Int64(at.unixSeconds))
        rest.append(bigEndian: UInt32(keySlots.slots.count))
        for slot in keySlots.slots {
            for case .text(let text) in slot.cells { rest.append(text: text) }
            rest.append(counted: slot.sealed)
        }
        rest.append(counted: keySlots.keyring)
        rest.append(counted: sealed)
        var bytes = Self.mark
        bytes.append(counted: rest)
        return bytes
    }

    /// Reads the beginning of a file; bytes after the entry are ignored.
    package init(reading bytes: [UInt8]) throws(VaultError) {
        do throws(EnvelopeError) {
            guard bytes.starts(with: Self.mark) else { throw .unknownFormat }
            var outer = EncodingReader(bytes[Self.mark.count...])
            var reader = EncodingReader(try outer.counted())
            rotationID = try reader.text()
            appID = try reader.text()
            call = Int(try reader.integer(Int64.self))
            let seconds = Int(try reader.integer(Int64.self))
            at = Timestamp(unixSeconds: seconds)
            // A time that differs from the authenticated column would make opening fail without a reason.
            guard at.unixSeconds == seconds else { throw .damaged }
            var slots: [SealedRow] = []
            for _ in 0..<(try reader.integer(UInt32.self)) {
                let cells = [Cell.text(try reader.text()), .text(try reader.text())]
                slots.append(SealedRow(table: .keySlot, cells: cells, sealed: Array(try reader.counted())))
            }
            keySlots = KeySlots(slots: slots, keyring: Array(try reader.counted()))
            sealed = Array(try reader.counted())
            guard reader.bytes.isEmpty else { throw .damaged }
        } catch {
            throw VaultError(.damaged, "the spool file: \(error)", hint: Self.hint)
        }
    }

    // MARK: Changes of the vault's keys

    /// Whether exactly the vault's present key slots open this entry.
    package func isUpToDate(with vault: Vault) -> Bool {
        keySlots == vault.keySlots && (try? Keyring.epoch(ofSealed: sealed)) == vault.sealer.keyring.currentEpoch
    }

    /// The same answer, sealed again with the vault's present keys and key slots.
    package func renewed(for vault: Vault) throws(VaultError) -> SpoolEntry {
        var copy = SecretBuffer(capacity: sealed.count)
        do {
            copy.append(
                try vault.sealer.keyring.open(
                    sealed, table: Self.table, row: rotationID, associatedData: Self.columns(appID, call, at)))
        } catch {
            throw VaultError(.damaged, "the spool file cannot be decrypted: \(error)", hint: Self.hint)
        }
        return try SpoolEntry(rotationID: rotationID, appID: appID, call: call, at: at, copy, for: vault)
    }

    // MARK: Opening

    /// Opens the entry with the keys of the vault that sealed it.
    package func open(by vault: Vault) throws(VaultError) -> SpooledAnswer { try open(vault.sealer) }

    /// Opens the entry with an unlock key of that vault, without the vault. For a passphrase this takes scrypt's time and
    /// memory.
    package func open(with unlockKey: UnlockKey) async throws(VaultError) -> SpooledAnswer {
        do { return try open(try await keySlots.open(with: unlockKey).sealer) } catch {
            throw VaultError(translating: error)
        }
    }

    func open(_ sealer: Sealer) throws(VaultError) -> SpooledAnswer {
        do throws(EnvelopeError) {
            let plaintext = try sealer.keyring.open(
                sealed, table: Self.table, row: rotationID, associatedData: Self.columns(appID, call, at))
            return try plaintext.withSpan { span throws(EnvelopeError) in
                guard span.byteCount >= 4 else { throw .damaged }
                var length = EncodingReader(span.extracting(first: 4).array[...])
                let end = 4 + Int(try length.integer(UInt32.self))
                guard end <= span.byteCount else { throw .damaged }
                var names = EncodingReader(span.extracting(4..<end).array[...])
                return SpooledAnswer(
                    entry: self, appName: try names.text(), accountID: try names.text(), clientID: try names.text(),
                    answer: SecretBox(SecretBytes(copying: span.extracting(end..<span.byteCount))))
            }
        } catch {
            throw VaultError(.damaged, "the spool file cannot be decrypted: \(error)", hint: Self.hint)
        }
    }

    private static let hint = "keep the file until its rotation has ended"
}

/// The content of a spool file: Zoom's answer byte for byte, and the app that it is for.
package struct SpooledAnswer: Sendable {
    package let entry: SpoolEntry
    package let appName: String
    package let accountID: String
    package let clientID: String
    package let answer: SecretBox
}
