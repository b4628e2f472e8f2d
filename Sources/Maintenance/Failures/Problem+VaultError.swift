import Domain
package import SocketAPI
package import Vault

extension Problem {
    /// What the vault could not do, as an answer. The only place where its errors become statuses. What a store says
    /// of its files stays in the daemon's log: no path leaves over a socket.
    package init(_ error: VaultError) {
        switch error.code {
        case .exists, .ended: self.init(.conflict, error.advice)
        case .notFound: self.init(.notFound, error.advice)
        case .busy: self.init(.busy, error.advice)
        case .refused: self.init(.upstreamFailed, error.advice)
        case .wrongKey, .mistyped, .unfit: self.init(.unprocessable, error.advice)
        case .damaged: self.init(.vaultDamaged, error.advice)
        case .rolledBack: self.init(.vaultRolledBack, error.advice)
        case .closed: self.init(.locked, error.advice)
        case .library: self.init(.internal, error.advice)
        case .store(let code): self.init(Self.code(code), Self.words(code), try: error.hint)
        }
    }

    private static func code(_ code: StoreError.Code) -> ProblemCode {
        switch code {
        case .diskFull, .gone, .inputOutput, .readOnly, .notPermitted, .inUse, .unavailable, .untrusted, .undecided:
            .storageFailed
        case .damaged, .notAVault: .vaultDamaged
        case .rolledBack: .vaultRolledBack
        case .missing, .exists, .notServed, .newerSchema, .newerFormat, .closed, .library: .internal
        }
    }

    private static func words(_ code: StoreError.Code) -> String {
        switch code {
        case .diskFull: "the disk is full: the change was not saved"
        case .gone: "the vault's file was removed, moved, replaced or overwritten: the change was not saved"
        case .inputOutput: "the disk failed: the change was not saved"
        case .readOnly: "the vault cannot be written: the change was not saved"
        case .notPermitted: "the daemon may not write the vault: the change was not saved"
        case .inUse: "another program has the vault open: the change was not saved"
        case .unavailable: "the vault's database is not available: the change was not saved"
        case .untrusted: "the vault's database could not prove who it is: the change was not saved"
        case .undecided: "the vault's database has not confirmed the change: whether it was saved is not known yet"
        case .damaged, .notAVault: "the vault is damaged"
        case .rolledBack: "the vault has lost changes that it had confirmed"
        case .notServed: "the vault was moved to another place"
        case .missing, .exists, .newerSchema, .newerFormat, .closed, .library:
            "the vault failed; the daemon's log says how"
        }
    }
}
