import Names
import SocketAPI
import Vault

/// Who gets an app's secrets, and what that leaves behind.
extension VaultGate.Session {
    /// An app that does not exist is refused in the same words as one that is not granted: who has no grant learns
    /// nothing of what there is.
    func granted(
        _ name: Name, _ kind: Grant.Kind, _ caller: Identity
    ) throws(Problem) -> (entry: AppEntry, client: Client) {
        let catalog = vault.catalog
        guard let client = catalog.rules.decide(caller, app: name, kind: kind).client, let entry = catalog.app(name)
        else {
            throw Refusal.notGranted(caller, kind)
        }
        return (entry, client)
    }

    /// The app's credentials, or that the client has them; either way it holds them from now on.
    func handOut(_ entry: AppEntry, to client: Client, _ request: Request) -> RenderedResponse {
        let generation = entry.credential.generation.number
        receipts.fetched(entry, by: client)
        return request.alreadyHas(generation: generation) ? .notModified(generation) : answers.answer(for: entry)
    }
}
