import Names
import SocketAPI
import Synchronization
import Times
import Vault

/// Answers to `credentials`, rendered once for each state that they tell of, in memory that is wiped when the vault is
/// locked.
final class CredentialAnswers: Sendable {
    /// All that such an answer depends on.
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

    private let rendered = Mutex<[Name: (state: State, answer: RenderedResponse)]>([:])

    func answer(for entry: AppEntry) -> RenderedResponse {
        let state = State(entry)
        if let known = rendered.withLock({ $0[entry.app.name] }), known.state == state { return known.answer }
        var response = Response(.ok)
        response.generation = entry.credential.generation.number
        let answer = response.render(body: CredentialsAnswer(entry).render())
        rendered.withLock { $0[entry.app.name] = (state, answer) }
        return answer
    }
}
