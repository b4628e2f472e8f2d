import Domain
import HTTPTransport
import SocketAPI
import Vault
import Zoom

/// Status problems when Zoom gives no usable answer: one for each address, however many apps use it.
enum ZoomProblems {
    static func problems(
        _ contacts: [(address: String, contact: ZoomContact)], _ catalog: Catalog, _ now: Moment
    ) -> [HealthIssue] {
        contacts.compactMap { address, contact in
            let asked = runOut(address, contact, catalog, now)
            guard let failure = contact.failure, contact.isFailing(now.wall) else {
                return asked.first.map { alone(asked, contact.apps[$0], now) }
            }
            // A Zoom that answers is reached.
            let answers: [ZoomCause] = [.serverError, .throttled, .refused]
            let hint =
                answers.contains(failure.cause) ? failure.cause.remedy : AttentionCode.zoomUnreachable.advice.hint
            let silent = "\(address) has given no usable answer for \(countdown(now.wall - contact.heard))"
            if let first = asked.first {
                return .init(
                    .tokensRunOut, app: asked.count == 1 ? first : nil,
                    "\(silent), and clients request tokens that have expired (\(asked.listed)): they get 503; "
                        + failure.reason, try: hint)
            }
            guard contact.silence(now.wall) != nil else { return nil }
            return .init(.zoomUnreachable, "\(silent): \(failure.reason)", try: hint)
        }
    }

    /// An app without tokens, although others get theirs there, or the address answers at least.
    private static func alone(
        _ apps: [Name], _ failure: ZoomContact.Failure?, _ now: Moment
    ) -> HealthIssue {
        let since = failure.map { " for \(countdown(now.wall - $0.since))" } ?? ""
        return .init(
            .tokensRunOut, app: apps.count == 1 ? apps[0] : nil,
            "Zoom has given no token\(since), and clients request tokens that have expired (\(apps.listed)): they get 503"
                + (failure.map { "; \($0.reason)" } ?? ""), try: "keyturn app verify \(apps[0])")
    }

    /// The apps at an address whose token was requested recently, and that have none.
    private static func runOut(
        _ address: String, _ contact: ZoomContact, _ catalog: Catalog, _ now: Moment
    ) -> [Name] {
        catalog.entries.filter { entry in
            (contact.isFailing(now.wall) || contact.isFailing(now.wall, of: entry.app.name))
                && entry.tokenUse.isRecent(at: now) && (entry.token.map { $0.secondsLeft(at: now) } ?? 0) <= 0
                && (try? entry.app.environment.endpoints().tokenURL.description) == address
        }.map(\.app.name).sorted()
    }
}
