import SocketAPI
import Vault

/// The answer to `credentials`, rendered once per entry, in memory that is wiped with the entry: when the app changes and when
/// the vault is locked.
extension AppEntry {
    private final class Rendered: Sendable {
        let tag: EntityTag?
        let answer: RenderedResponse

        init(_ entry: AppEntry) {
            // Without a fingerprint there is no tag, and so no 304.
            tag = EntityTag(generation: entry.generation.number, fingerprint: entry.fingerprint ?? "")
            var response = Response(.ok)
            response.tag = tag
            answer = response.render(body: CredentialsAnswer(entry).render())
        }
    }

    private var rendered: Rendered { rendering { Rendered(self) } as? Rendered ?? Rendered(self) }

    var tag: EntityTag? { rendered.tag }

    /// The app's credentials; or, where the request names their tag, that the client has them.
    func credentials(for request: Request? = nil) -> RenderedResponse {
        let rendered = rendered
        if let request, request.alreadyHas(rendered.tag) { return .notModified(rendered.tag) }
        return rendered.answer
    }
}
