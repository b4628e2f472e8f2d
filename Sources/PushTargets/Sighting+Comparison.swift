import Domain
import PingFederate
import SecretMemory
import Vault

extension Sighting {
    enum Finding: Equatable {
        case same(Basis)
        case changed(DriftKind, savedAt: String?)
        /// The encrypted text differs: a second read shows whether it differs at each read.
        case lookAgain
    }

    /// The evidence that nobody changed anything.
    enum Basis: Equatable {
        /// The secret's encrypted text is the recorded one.
        case secret
        /// Encrypted texts prove nothing on this console, but the connection's date is the recorded one.
        case date
        /// The connection has no date either, but everything unencrypted is as recorded.
        case rest
        /// Nothing was recorded.
        case nothing
    }

    /// Compares one or two reads in a row with what was recorded after the last push. Only two reads reveal a console
    /// that encrypts again at each read.
    static func compare(_ known: Sighting?, _ first: Sighting, _ second: Sighting? = nil) -> Finding {
        guard let known else { return .same(.nothing) }
        let last = second ?? first
        let moved = last.savedAt != known.savedAt ? last.savedAt : nil
        switch (known.secret, last.secret) {
        case (nil, nil): break
        case (_?, nil), (nil, _?): return .changed(.secret, savedAt: moved)
        case (let known?, let seen?):
            if known == seen { return .same(.secret) }
            guard let second else { return .lookAgain }
            // PingFederate itself may have changed the recorded text. A false report costs a push; a missed change costs
            // the secret that the console has.
            if first.secret == second.secret { return .changed(.secret, savedAt: moved) }
        }
        guard known.savedAt == last.savedAt else { return .changed(.saved, savedAt: last.savedAt) }
        if known.savedAt != nil { return .same(.date) }
        return known.rest == last.rest ? .same(.rest) : .changed(.saved, savedAt: nil)
    }

    /// What to record after a check that found no change.
    func updated(_ basis: Basis, _ seen: Sighting) -> Sighting {
        switch basis {
        // The secret is certainly there, whoever saved the rest.
        case .secret, .nothing: seen
        case .date, .rest: self
        }
    }
}

extension Vault {
    func sighting(_ connection: SPConnection, _ target: PushTarget) throws(VaultError) -> Sighting {
        let secret = connection.encryptedValue(of: target.fields.clientSecret)
        return Sighting(
            secret: try secret.map { (text) throws(VaultError) in try fingerprint(of: text) },
            savedAt: connection.modificationDate, rest: try fingerprint(of: SecretBox(connection.rest)))
    }

    /// What to record of a push. The answer to the save takes precedence: a later read may show somebody else's save.
    func sighting(_ pushed: Pushed, _ target: PushTarget) throws(VaultError) -> Sighting {
        let saved = try sighting(pushed.saved, target)
        guard let shown = pushed.shown else { return saved }
        let later = try sighting(shown, target)
        return Sighting(
            secret: saved.secret ?? later.secret, savedAt: saved.savedAt ?? later.savedAt, rest: later.rest)
    }
}
