import Domain
import Envelope
import SecretJSON
import SecretMemory

extension UnlockMethod: Record {
    static let table = SealedTable.unlockMethod
    var opened: OpenedRow { .unlockMethod(self) }

    init<Failure>(
        _ columns: inout Columns<Self, Failure>, _ members: inout Members<Self, Failure>
    ) throws(Failure) {
        let id = try columns("id", \.id)
        let kind = try members("kind", \.kind)
        createdAt = try members("created_at", \.createdAt)
        slotDigest = try members("slot", \.slotDigest)
        let salt = try members("salt") { Hexadecimal($0.recipient.salt) }
        let publicKey = try members("public_key") { Hexadecimal($0.recipient.publicKey) }
        let share = try members("share") { Hexadecimal($0.recipient.share) }
        let scrypt = kind == .passphrase ? try Self.scrypt(&members) : nil
        recipient = try members.made("salt", \.recipient) {
            try? SlotRecipient(
                id: id, kind: kind, salt: salt.bytes, scrypt: scrypt, publicKey: publicKey.bytes,
                share: share.secret.bytes.copy())
        }
        (self.id, self.kind) = (id, kind)
    }

    private static func scrypt<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) -> ScryptParameters? {
        let logN = try members("scrypt_log_n") { $0.recipient.scrypt?.logN ?? 0 }
        let r = try members("scrypt_r") { $0.recipient.scrypt?.r ?? 0 }
        let p = try members("scrypt_p") { $0.recipient.scrypt?.p ?? 0 }
        return try members.made("scrypt_log_n", \.recipient.scrypt) { try? ScryptParameters(logN: logN, r: r, p: p) }
    }
}
