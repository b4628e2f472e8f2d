package import SecretJSON
package import SecretMemory
package import Times

/// The answer to `GET /v1/keys`: what opens the vault, and which key its rows are sealed with.
package struct KeyList: Equatable, Sendable, WireDocument {
    /// One way in.
    package struct Slot: Equatable, Sendable, WireDocument {
        /// What `scrypt` costs for a passphrase.
        package struct Cost: Equatable, Sendable {
            package let logN: Int
            package let r: Int
            package let p: Int

            package init(logN: Int, r: Int, p: Int) { (self.logN, self.r, self.p) = (logN, r, p) }
        }

        package enum State: String, Sendable {
            case ok
            /// Not as it was written, or gone: its secret may open nothing.
            case damaged
        }

        package let slot: String
        package let kind: String
        package let state: State
        package let createdAt: Timestamp
        package let scrypt: Cost?
        /// Whether the vault, as it is now, was opened with it.
        package let isInUse: Bool

        package init(
            slot: String, kind: String, state: State, createdAt: Timestamp, scrypt: Cost?, isInUse: Bool = false
        ) {
            (self.slot, self.kind, self.state, self.createdAt) = (slot, kind, state, createdAt)
            (self.scrypt, self.isInUse) = (scrypt, isInUse)
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("slot", slot)
            json.member("kind", kind)
            json.member("state", state.rawValue)
            json.member("created_at", createdAt.description)
            json.member("in_use", isInUse)
            guard let scrypt else { return }
            json.key("scrypt")
            json.beginObject()
            json.member("log_n", scrypt.logN)
            json.member("r", scrypt.r)
            json.member("p", scrypt.p)
            json.endObject()
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            guard let state = State(rawValue: try document.text("state", of: node)) else {
                throw JSONError(.outOfRange, member: "state")
            }
            var scrypt: Cost?
            if let cost = document.member("scrypt", of: node) {
                scrypt = Cost(
                    logN: try document.number("log_n", of: cost), r: try document.number("r", of: cost),
                    p: try document.number("p", of: cost))
            }
            self.init(
                slot: try document.text("slot", of: node), kind: try document.text("kind", of: node), state: state,
                createdAt: try document.time("created_at", of: node), scrypt: scrypt,
                isInUse: try document.optionalFlag("in_use", of: node) ?? false)
        }
    }

    package let epoch: Int
    package let resealing: ResealingDocument?
    /// Why rows are not sealed anew just now.
    package let waiting: String?
    package let slots: [Slot]

    package init(epoch: Int, resealing: ResealingDocument?, waiting: String?, slots: [Slot]) {
        (self.epoch, self.resealing, self.waiting, self.slots) = (epoch, resealing, waiting, slots)
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("epoch", epoch)
        json.member("resealing", orNull: resealing)
        if let waiting { json.member("waiting", waiting) }
        json.member("slots", list: slots)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            epoch: try document.number("epoch", of: node),
            resealing: try document.optionalDocument("resealing", of: node),
            waiting: try document.optionalText("waiting", of: node), slots: try document.list("slots", of: node))
    }
}

/// How far the rows are, while they are sealed with a new key.
package struct ResealingDocument: Equatable, Sendable, WireDocument {
    package let rows: Int
    package let done: Int

    package init(rows: Int, done: Int) { (self.rows, self.done) = (rows, done) }

    /// In hundredths, and no more than 99 before the end.
    package var percent: Int { rows > 0 ? min(done * 100 / rows, 99) : 0 }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("rows", rows)
        json.member("done", done)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(rows: try document.number("rows", of: node), done: try document.number("done", of: node))
    }
}

/// The body of `POST /v1/keys`: one of `passphrase`, `key_file` and `recovery_key`. Read strictly.
package enum NewKeyRequest: ~Copyable, WireDocument {
    case passphrase(SecretBytes)
    /// The file's content, two hexadecimal digits a byte.
    case keyFile(SecretBytes)
    /// The daemon makes one.
    case recoveryKey

    package func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .passphrase(let secret): json.member("passphrase", secret: secret)
        case .keyFile(let secret): json.member("key_file", secret: secret)
        case .recoveryKey: json.member("recovery_key", true)
        }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        if document.member("recovery_key", of: node) != nil {
            try document.allowOnly(["recovery_key"], of: node)
            guard try document.flag("recovery_key", of: node) else {
                throw JSONError(.outOfRange, member: "recovery_key")
            }
            self = .recoveryKey
        } else if document.member("key_file", of: node) != nil {
            try document.allowOnly(["key_file"], of: node)
            self = .keyFile(try document.secret("key_file", of: node))
        } else {
            try document.allowOnly(["passphrase"], of: node)
            self = .passphrase(try document.secret("passphrase", of: node))
        }
    }
}

/// The answer to `POST /v1/keys`.
package struct KeyAdded: ~Copyable, Sendable, WireDocument {
    package let slot: KeyList.Slot
    /// Shown this once.
    package let recoveryKey: SecretBytes?

    package init(slot: KeyList.Slot, recoveryKey: consuming SecretBytes?) {
        self.slot = slot
        self.recoveryKey = recoveryKey
    }

    package borrowing func recoveryKeyCopy() -> SecretBytes? {
        switch recoveryKey {
        case .some(let key): key.copy()
        case nil: nil
        }
    }

    package func writeMembers(to json: inout JSONWriter) {
        slot.writeMembers(to: &json)
        switch recoveryKey {
        case .some(let key): json.member("recovery_key", secret: key)
        case nil: break
        }
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        let slot = try KeyList.Slot(node, in: document)
        let isThere = document.member("recovery_key", of: node) != nil
        self.init(slot: slot, recoveryKey: isThere ? try document.secret("recovery_key", of: node) : nil)
    }
}
