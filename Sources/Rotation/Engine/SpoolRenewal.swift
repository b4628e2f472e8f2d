import Vault

/// Spool files contain copies of the vault's key slots and keyring, and so are written again when those change.
extension RotationEngine {
    /// - Returns: whether every answer that this vault sealed opens with the vault's present keys, and not with older
    ///   ones.
    package func renewSpool() async -> Bool {
        guard received.keeping == 0 else { return false }
        do {
            for file in try await store.files() {
                // A foreign or damaged file cannot be opened with any of our keys.
                guard let entry = try? SpoolEntry(reading: file.bytes), !entry.isUpToDate(with: vault),
                    let renewed = try? entry.renewed(for: vault)
                else { continue }
                // The new file first: two equal entries are recognised, and freed together.
                _ = try await store.keep(renewed.encoded)
                try await store.free(file)
                received.isRead = false
            }
            return received.keeping == 0
        } catch {
            return false
        }
    }
}
