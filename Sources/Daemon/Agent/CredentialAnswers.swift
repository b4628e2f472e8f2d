import Domain
import SocketAPI
import Synchronization
import Vault

/// Answers to `credentials`, rendered once for each state, in memory that is wiped when the vault is locked.
final class CredentialAnswers: Sendable {
    /// Everything that such an answer depends on.
    private struct State: Equatable {
        let appID: String
        let generation: Generation
        let isRotating: Bool
        let previousValidUntil: Timestamp?

        init(_ entry: AppEntry) {
            appID = entry.app.id
            generation = entry.credential.generation
            isRotating = entry.rotation != nil
            previousValidUntil = entry.previousValidUntil
        }
    }

    private struct Rendered {
        var entry: AppEntry
        let state: State
        let tag: EntityTag?
        let answer: RenderedResponse
    }

    private let vault: Vault
    private let rendered = Mutex<[Name: Rendered]>([:])

    init(_ vault: Vault) { self.vault = vault }

    /// The app's credentials, or a 304 if the request names their tag.
    func answer(for entry: AppEntry, to request: Request? = nil) -> RenderedResponse {
        let known = rendered(entry)
        if let request, request.alreadyHas(known.tag) { return .notModified(known.tag) }
        return known.answer
    }

    func tag(of entry: AppEntry) -> EntityTag? { rendered(entry).tag }

    private func rendered(_ entry: AppEntry) -> Rendered {
        let name = entry.name
        let known = rendered.withLock { $0[name] }
        // The usual case, checked first.
        if let known, known.entry.isIdentical(to: entry) { return known }
        let state = State(entry)
        if var known, known.state == state {
            known.entry = entry
            rendered.withLock { [known] in $0[name] = known }
            return known
        }
        var response = Response(.ok)
        // Without a fingerprint there is no tag, and so no 304.
        let fingerprint = (try? vault.fingerprint(of: entry.credential.clientSecret)) ?? ""
        response.tag = EntityTag(generation: entry.credential.generation.number, fingerprint: fingerprint)
        let new = Rendered(
            entry: entry, state: state, tag: response.tag,
            answer: response.render(body: CredentialsAnswer(entry).render()))
        rendered.withLock { $0[name] = new }
        return new
    }
}
