import Synchronization

extension Vault {
    /// Begins a transaction on the vault as this process knows it. In a store that other processes can write, it may be another
    /// one: then memory is not what the rows say, and this process may no longer change anything.
    func begin(_ rows: any StoreTransaction) throws -> SealedTransaction {
        let transaction: SealedTransaction
        do { transaction = try SealedTransaction(rows, sealer: sealer) } catch let error as VaultError {
            guard error.code == .damaged, let keyring = try rows.row(in: .keyring, id: Self.keyringID),
                keyring.sealed != keySlots.keyring
            else { throw error }
            throw VaultError(
                StoreError(
                    .gone, "another vault is where this one was; nothing was changed",
                    hint: "put this one back; or serve the other one: systemctl restart keyturnd"))
        }
        let known = account.withLock { $0.state.newest }
        let found = transaction.state.newest
        guard found.commit >= known.commit else {
            throw VaultError(
                .rolledBack,
                "the database has lost changes that it had confirmed: its newest is \(found.commit), and this daemon made "
                    + "change \(known.commit)",
                hint:
                    "do not restart keyturnd, which serves the newest secrets from memory; find out what put the database back "
                    + "(a failover, a restore), and put the newest copy in its place")
        }
        guard found == known else {
            throw VaultError(
                StoreError(
                    .inUse, "another keyturnd changed this vault: change \(known.commit) is no longer its newest",
                    hint: "stop the other keyturnd, then: systemctl restart keyturnd"))
        }
        return transaction
    }
}
