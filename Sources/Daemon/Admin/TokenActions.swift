import Domain
import SecretMemory
import SocketAPI
import Tokens
import Vault

/// Operators' requests about tokens: showing the present one, and minting a new one.
struct TokenActions {
    let session: VaultController.Session
    let time: any TimeSource

    func get(_ name: Name, minTTL: Int, reveal: Bool) async throws(Problem) -> RenderedResponse {
        do throws(TokenFailure) {
            return document(name, try await session.tokens.token(for: name, minTTL: minTTL), reveal)
        } catch {
            throw Problem(error)
        }
    }

    func renew(_ name: Name, reveal: Bool) async throws(Problem) -> RenderedResponse {
        do throws(TokenFailure) { return document(name, try await session.tokens.renew(name), reveal) } catch {
            throw Problem(error)
        }
    }

    private func document(_ name: Name, _ seen: SeenToken, _ reveal: Bool) -> RenderedResponse {
        let now = time.now
        return Response(.ok).json(
            TokenDocument(
                app: name, generation: seen.token.generation.number, tokenType: seen.token.tokenType,
                issuedAt: seen.token.issuedAt, expiresAt: seen.expiresAt(at: now),
                expiresIn: max(seen.secondsLeft(at: now), 0),
                scope: seen.token.scopes?.joined(separator: " "), apiURL: seen.token.apiURL,
                accessToken: reveal ? seen.token.accessToken.bytes.copy() : nil))
    }
}
