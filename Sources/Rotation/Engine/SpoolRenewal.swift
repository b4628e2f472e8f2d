import Vault

/// Answers in the spool lie beside copies of what opens the vault. When that has changed, they are sealed anew.
extension RotationEngine {
    /// - Returns: whether every answer that this vault sealed opens by the vault's present keys, and by nothing older.
    package func renewSpool() async -> Bool {
        guard received.keeping == 0 else { return false }
        do {
            for file in try await store.files() {
                // What is none of ours, or damaged, no key of ours helps.
                guard let entry = try? SpoolEntry(reading: file.bytes), !entry.isUpToDate(with: vault),
                    let renewed = try? entry.renewed(for: vault)
                else { continue }
                // First the new one: two of them are found to be the same, and freed together.
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
