import Names
import SocketAPI
import Synchronization
import Vault

/// Answers to `credentials`, rendered once for each generation, in memory that is wiped when the vault is locked.
final class CredentialAnswers: Sendable {
    private struct Rendered {
        let appID: String
        let generation: Generation
        let answer: RenderedResponse
    }

    private let rendered = Mutex<[Name: Rendered]>([:])

    func answer(for entry: AppEntry) -> RenderedResponse {
        let known = rendered.withLock { $0[entry.app.name] }
        if let known, known.appID == entry.app.id, known.generation == entry.credential.generation {
            return known.answer
        }
        var response = Response(.ok)
        response.generation = entry.credential.generation.number
        let answer = response.render(body: CredentialsAnswer(entry).render())
        rendered.withLock {
            $0[entry.app.name] = Rendered(
                appID: entry.app.id, generation: entry.credential.generation, answer: answer)
        }
        return answer
    }
}
