import Domain
import Rotation
import SecretMemory
import Synchronization
import TestSupport
import Tokens
import Vault

/// Zoom, as far as scheduled work sees it: gives tokens and secrets at once, or refuses, and remembers who asked when.
final class FakeZoom: TokenIssuer, SecretIssuer {
    struct Asked: Equatable { let app: Name; let at: Timestamp }

    private struct State {
        var minted: [Asked] = []
        var made: [Asked] = []
        var failure: IssueFailure?
        var refusesToRotate = false
        var scopes: [String]? = ["all"]
        var lack: ZoomCause??
        var looks: [Asked] = []
        /// The secrets that were tried, by app, and those that were revoked.
        var known: [Name: Set<String>] = [:]
        var revoked: [Name: Set<String>] = [:]
    }

    private let state = Mutex(State())
    private let time: ManualTime

    init(_ time: ManualTime) { self.time = time }

    var minted: [Asked] { state.withLock { $0.minted } }
    var made: [Asked] { state.withLock { $0.made } }

    func failMints(_ failure: IssueFailure?) { state.withLock { $0.failure = failure } }
    func refuseToRotate(_ refuses: Bool) { state.withLock { $0.refusesToRotate = refuses } }
    func grant(_ scopes: [String]?) { state.withLock { $0.scopes = scopes } }

    func mint(for app: App, with credential: Credential) async throws(IssueFailure) -> MintedToken {
        let now = time.now.wall
        let (failure, scopes) = state.withLock { state in
            state.minted.append(Asked(app: app.name, at: now))
            return (state.failure, state.scopes)
        }
        if let failure { throw failure }
        return MintedToken(
            accessToken: SecretBox("token"), tokenType: "bearer", lifetime: 3600, scopes: scopes,
            apiURL: "https://api.zoom.us")
    }

    /// How often it was asked whether an app can be rotated.
    var looks: [Asked] { state.withLock { $0.looks } }

    /// Without what tokens are from now on, if anything; `nil` when Zoom does not say.
    func lack(_ lack: ZoomCause??) { state.withLock { $0.lack = lack } }

    func mayRotate(_ entry: AppEntry) -> SchedulerState.RotationScope? {
        let now = time.now.wall
        return state.withLock { state in
            state.looks.append(Asked(app: entry.app.name, at: now))
            return state.lack.map { SchedulerState.RotationScope(at: now, lack: $0) }
        }
    }

    func prove(_ secret: SecretBox, of app: App) async -> Proof {
        state.withLock { state in
            state.known[app.name, default: []].insert(secret.text)
            return state.revoked[app.name, default: []].contains(secret.text) ? .refused(reason: "revoked") : .accepted
        }
    }

    func mintToken(for app: App, with current: SecretBox) async -> MintOutcome {
        .minted(CallToken(accessToken: current, apiURL: "", grant: "", expires: time.now.wall + 3600))
    }

    func makeSecret(for app: App, revokeAt: Timestamp, with token: CallToken) async -> MakeOutcome {
        let now = time.now.wall
        return state.withLock { state in
            state.made.append(Asked(app: app.name, at: now))
            return state.refusesToRotate
                ? .never(reason: "no") : .answered(SecretBox("\(app.name) \(state.made.count)"))
        }
    }

    func read(_ answer: SecretBox) -> IssuedSecret? { IssuedSecret(answer) }

    func endOldSecret(of app: App, at end: Timestamp, with token: CallToken) async -> EndOutcome {
        state.withLock { state in
            let old = state.known[app.name, default: []].subtracting([token.accessToken.text])
            state.revoked[app.name, default: []].formUnion(old)
            return .set(secretID: nil)
        }
    }
}
