import SocketAPI
import Vault

/// Answers to `credentials`, each rendered once per entry, in memory that is wiped with the entry: when the app changes and
/// when the vault is locked.
struct CredentialAnswers: Sendable {
    private final class Rendered: Sendable {
        let tag: EntityTag?
        let answer: RenderedResponse

        init(_ entry: AppEntry, _ vault: Vault) {
            var response = Response(.ok)
            // Without a fingerprint there is no tag, and so no 304.
            let fingerprint = (try? vault.fingerprint(of: entry.credential.clientSecret)) ?? ""
            response.tag = EntityTag(generation: entry.credential.generation.number, fingerprint: fingerprint)
            tag = response.tag
            answer = response.render(body: CredentialsAnswer(entry).render())
        }
    }

    private let vault: Vault

    init(_ vault: Vault) { self.vault = vault }

    /// The app's credentials; or, where the request names their tag, that the client has them.
    func answer(for entry: AppEntry, to request: Request? = nil) -> RenderedResponse {
        let known = rendered(entry)
        if let request, request.alreadyHas(known.tag) { return .notModified(known.tag) }
        return known.answer
    }

    func tag(of entry: AppEntry) -> EntityTag? { rendered(entry).tag }

    private func rendered(_ entry: AppEntry) -> Rendered {
        entry.rendering { Rendered(entry, vault) } as? Rendered ?? Rendered(entry, vault)
    }
}
