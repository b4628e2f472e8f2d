import Domain
import PingFederate
import SecretMemory
import Vault

extension Sighting {
    enum Finding: Equatable {
        case same(Basis)
        case changed(Drift.Kind, savedAt: String?)
        /// The encrypted text is another: a second look tells whether it always is.
        case lookAgain
    }

    /// By what it is known that nobody changed anything.
    enum Basis: Equatable {
        /// The secret's encrypted text is the one that was remembered.
        case secret
        /// Encrypted texts prove nothing on this console, and the connection has the date that was remembered.
        case date
        /// Nor has the connection a date, and all that is not encrypted is as it was.
        case rest
        /// Nothing was remembered.
        case nothing
    }

    /// What two looks in a row tell, beside what was remembered after the last push. A console that encrypts again at each look
    /// is known by them alone.
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
            // That it is not the remembered one may be PingFederate's own doing. To say so wrongly costs a push; to be silent
            // wrongly costs the secret that the console has.
            if first.secret == second.secret { return .changed(.secret, savedAt: moved) }
        }
        guard known.savedAt == last.savedAt else { return .changed(.saved, savedAt: last.savedAt) }
        if known.savedAt != nil { return .same(.date) }
        return known.rest == last.rest ? .same(.rest) : .changed(.saved, savedAt: nil)
    }

    /// What is to be remembered after a look that found no change.
    func updated(_ basis: Basis, _ seen: Sighting) -> Sighting {
        switch basis {
        // The secret is there for certain, whoever saved the rest.
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

    /// What is to be remembered of a push. The answer itself comes first: what is shown later, somebody else may have saved.
    func sighting(_ pushed: Pushed, _ target: PushTarget) throws(VaultError) -> Sighting {
        let saved = try sighting(pushed.saved, target)
        guard let shown = pushed.shown else { return saved }
        let later = try sighting(shown, target)
        return Sighting(
            secret: saved.secret ?? later.secret, savedAt: saved.savedAt ?? later.savedAt, rest: later.rest)
    }
}
