import HTTPTransport
import Names
import SocketAPI
import Times
import Vault
import Zoom

/// That Zoom gives no usable answer, for the status: one problem for each place, however many apps are there.
enum ZoomProblems {
    static func problems(
        _ contacts: [(address: String, contact: ZoomContact)], _ catalog: Catalog, _ now: Moment
    ) -> [StatusDocument.Problem] {
        contacts.compactMap { address, contact in
            guard let failure = contact.failure else { return nil }
            let hint = "keyturn doctor; check name resolution, proxy (https_proxy) and firewall"
            let asked = contact.isFailing(now.wall) ? runOut(address, catalog, now) : []
            let silent = "\(address) has given no usable answer for \(countdown(now.wall - contact.heard))"
            if let first = asked.first {
                return .init(
                    .tokensRunOut, app: asked.count == 1 ? first : nil,
                    "\(silent), and clients ask for tokens that have run out (\(listed(asked))): they get 503; "
                        + failure.reason, try: hint)
            }
            guard contact.silence(now.wall) != nil else { return nil }
            return .init(.zoomUnreachable, "\(silent): \(failure.reason)", try: hint)
        }
    }

    /// The apps there whose token clients asked for lately, and which have none.
    private static func runOut(_ address: String, _ catalog: Catalog, _ now: Moment) -> [Name] {
        catalog.entries.filter { entry in
            entry.tokenUse.isRecent(at: now) && (entry.token.map { $0.secondsLeft(at: now) } ?? 0) <= 0
                && (try? entry.app.environment.endpoints().tokenURL.description) == address
        }.map(\.app.name).sorted()
    }
}
