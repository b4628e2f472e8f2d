import Domain
import SecretMemory

@testable import Envelope

extension FuzzTarget {
    /// What is read of sealed rows, key slots and keyrings before any key has spoken for it, and a keyring behind its
    /// seal. Nothing opens but what was sealed; a slot that is accepted is what it says.
    static let seals = FuzzTarget(name: "seals") { input in
        var choices = Choices(input)
        switch choices.below(5) {
        case 0: try opened(Array(choices.rest))
        case 1: try changed(&choices)
        case 2: try slot(Array(choices.rest))
        case 3:
            // Past the checksum, which no mutation would ever get right.
            let body = Array(choices.rest)
            try slot(body + Checksum.of(body, purpose: "keyturn key slot checksum v1", count: KeySlot.checksumLength))
        default: try keyring(Array(choices.rest))
        }
    }

    private static let keys = Result { try Keyring.generate() }
    private static let columns: AssociatedData = ["id": .text("row"), "due": .integer(7)]

    private static func opened(_ sealed: [UInt8]) throws {
        _ = try? Keyring.epoch(ofSealed: unsafe sealed.span.bytes)
        let keys = try keys.get()
        let found = try? keys.open(unsafe sealed.span.bytes, table: "app", row: "row", associatedData: columns)
        try hold(found == nil, "opened what was never sealed")
        let key = SecretBytes(copying: String(repeating: "k", count: 32))
        try hold((try? Keyring(opening: unsafe sealed.span.bytes, under: key)) == nil, "opened what is no keyring")
    }

    private static func changed(_ choices: inout Choices) throws {
        let keys = try keys.get()
        let (place, change) = (choices.below(256) << 8 | choices.below(256), UInt8(choices.below(256)))
        let plain = Array(choices.rest.prefix(2_000))
        var sealed = try keys.seal(unsafe plain.span.bytes, table: "app", row: "row", associatedData: columns)
        sealed[place % sealed.count] ^= change
        let found = try? keys.open(unsafe sealed.span.bytes, table: "app", row: "row", associatedData: columns)
        try hold((found != nil) == (change == 0), "byte \(place % sealed.count) changed by \(change)")
        if let found { try hold(bytes(found) == plain, "sealed one thing and opened another") }
    }

    private static func slot(_ stored: [UInt8]) throws {
        guard let slot = try? KeySlot(bytes: stored) else { return }
        try hold(slot.bytes == stored && (1...255).contains(slot.id.utf8.count), "the slot is not as stored")
        try hold((slot.scrypt != nil) == (slot.kind == .passphrase), "parameters where none belong")
        if let scrypt = slot.scrypt {
            try hold(scrypt.memory <= 1 << 30 + 1 << 20, "it asks for \(scrypt.memory) bytes")
        }
        guard slot.kind == .keyFile else { return }
        let found = try? slot.unwrap(with: .keyFile(SecretBytes(copying: String(repeating: "k", count: 32))))
        try hold(found == nil, "opened what was never wrapped")
    }

    private static func keyring(_ plain: [UInt8]) throws {
        let key = SecretBytes(copying: String(repeating: "k", count: 32))
        let purpose = [UInt8](texts: "keyturn keyring v1")
        let sealed = try Seal.seal(
            unsafe plain.span.bytes, header: [Keyring.format], associatedData: purpose, key: key)
        guard let ring = try? Keyring(opening: unsafe sealed.span.bytes, under: key) else { return }
        try hold(ring.epochNumbers == ring.epochNumbers.sorted() && ring.epochNumbers.first != 0, "epochs in disorder")
        let again = try ring.sealed(under: key)
        let opened = try Seal.open(
            unsafe again.span.bytes, headerLength: 1, associatedData: purpose, key: key)
        try hold(bytes(opened) == plain, "another keyring when sealed again")
    }
}
