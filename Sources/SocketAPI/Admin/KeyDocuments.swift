package import Domain
package import SecretJSON
package import SecretMemory

/// The answer to `GET /v1/keys`: the key slots, and the key epoch in which rows are sealed.
package struct KeyList: Equatable, Sendable, ListedDocument {
    /// A key slot.
    package struct Slot: Equatable, Sendable, ListedDocument {
        /// The scrypt cost of a passphrase.
        package struct Cost: Equatable, Sendable, MemberList {
            package let logN: Int
            package let r: Int
            package let p: Int

            package init(logN: Int, r: Int, p: Int) { (self.logN, self.r, self.p) = (logN, r, p) }

            package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
                logN = try members("log_n", \.logN)
                r = try members("r", \.r)
                p = try members("p", \.p)
            }
        }

        package enum State: String, JSONValue, Sendable {
            case ok
            /// Changed or missing: its unlock key may no longer work.
            case damaged
        }

        package let slot: String
        package let kind: Open<UnlockMethodKind>
        package let state: State
        package let createdAt: Timestamp
        package let scrypt: Cost?
        /// Whether this slot unlocked the vault.
        package let isInUse: Bool

        package init(
            slot: String, kind: UnlockMethodKind, state: State, createdAt: Timestamp, scrypt: Cost?,
            isInUse: Bool = false
        ) {
            (self.slot, self.kind, self.state, self.createdAt) = (slot, .known(kind), state, createdAt)
            (self.scrypt, self.isInUse) = (scrypt, isInUse)
        }

        package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            slot = try members("slot", \.slot)
            kind = try members("kind", \.kind)
            state = try members("state", \.state)
            createdAt = try members("created_at", \.createdAt)
            isInUse = try members("in_use", \.isInUse, default: false)
            scrypt = try members.ifPresent("scrypt", \.scrypt)
        }
    }

    package let epoch: Int
    package let resealing: ResealingDocument?
    /// Why resealing has paused.
    package let waiting: String?
    package let slots: [Slot]

    package init(epoch: Int, resealing: ResealingDocument?, waiting: String?, slots: [Slot]) {
        (self.epoch, self.resealing, self.waiting, self.slots) = (epoch, resealing, waiting, slots)
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        epoch = try members("epoch", \.epoch)
        resealing = try members.orNull("resealing", \.resealing)
        waiting = try members.ifPresent("waiting", \.waiting)
        slots = try members("slots", \.slots)
    }
}

/// The progress of resealing rows with a new key.
package struct ResealingDocument: Equatable, Sendable, ListedDocument {
    package let rows: Int
    package let done: Int

    package init(rows: Int, done: Int) { (self.rows, self.done) = (rows, done) }

    /// In percent, and at most 99 before the end.
    package var percent: Int { rows > 0 ? min(done * 100 / rows, 99) : 0 }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        rows = try members("rows", \.rows)
        done = try members("done", \.done)
    }
}

/// The body of `POST /v1/keys`: one of `passphrase`, `key_file` and `recovery_key`. Read strictly.
package enum NewKeyRequest: ~Copyable, WireDocument {
    case passphrase(SecretBytes)
    /// The content of the file, in hexadecimal.
    case keyFile(SecretBytes)
    /// The daemon generates one.
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
            guard try document.value("recovery_key", of: node) else {
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
    /// Shown only this once.
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
