import Domain
import Envelope
import SecretJSON
import SecretMemory

struct UnlockMethodRecord: Record {
    static let table = SealedTable.way
    let way: UnlockMethod

    init(_ way: UnlockMethod) { self.way = way }

    var cells: [Cell] { [.text(way.id)] }

    var opened: OpenedRow { .way(way) }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", way.kind.rawValue)
        writer.member("created_at", way.createdAt)
        writer.member("slot", Hexadecimal.text(way.slotDigest.bytes))
        writer.member("salt", Hexadecimal.text(way.seat.salt))
        writer.member("public_key", Hexadecimal.text(way.seat.publicKey))
        writer.member("share", secret: way.seat.share.bytes.withSpan { Hexadecimal.secret($0) })
        if let scrypt = way.seat.scrypt {
            writer.member("scrypt_log_n", Int(scrypt.logN))
            writer.member("scrypt_r", Int(scrypt.r))
            writer.member("scrypt_p", Int(scrypt.p))
        }
    }

    init(cells: [Cell], document: borrowing JSONDocument) throws(JSONError) {
        try document.allowOnly(
            [
                "kind", "created_at", "slot", "salt", "public_key", "share", "scrypt_log_n", "scrypt_r", "scrypt_p",
            ], of: document.root)
        guard let kind = KeySlot.Kind(rawValue: try document.text("kind")) else {
            throw JSONError(.outOfRange, member: "kind")
        }
        let slot = try document.bytes("slot")
        guard let digest = try? SetDigest(bytes: slot) else { throw JSONError(.outOfRange, member: "slot") }
        let id = try cells.text(0)
        way = UnlockMethod(
            id: id, kind: kind, createdAt: try document.time("created_at"), slotDigest: digest,
            seat: try Self.seat(id, kind, document))
    }

    private static func seat(
        _ id: String, _ kind: KeySlot.Kind, _ document: borrowing JSONDocument
    ) throws(JSONError) -> SlotRecipient {
        var scrypt: ScryptParameters?
        if kind == .passphrase {
            let numbers = (
                UInt8(exactly: try document.number("scrypt_log_n")), UInt8(exactly: try document.number("scrypt_r")),
                UInt8(exactly: try document.number("scrypt_p"))
            )
            guard case (let logN?, let r?, let p?) = numbers,
                let found = try? ScryptParameters(logN: logN, r: r, p: p)
            else { throw JSONError(.outOfRange, member: "scrypt_log_n") }
            scrypt = found
        }
        let share = try document.secret(try document.require("share", of: document.root))
        guard let share = share.withSpan({ Hexadecimal.bytes($0) }) else {
            throw JSONError(.outOfRange, member: "share")
        }
        do {
            return try SlotRecipient(
                id: id, kind: kind, salt: try document.bytes("salt"), scrypt: scrypt,
                publicKey: try document.bytes("public_key"), share: share)
        } catch {
            throw JSONError(.outOfRange, member: "salt")
        }
    }
}

extension JSONDocument {
    fileprivate func bytes(_ name: String) throws(JSONError) -> [UInt8] {
        guard let bytes = Hexadecimal.bytes(of: try text(name)) else { throw JSONError(.outOfRange, member: name) }
        return bytes
    }
}
