package import Domain
package import HTTPTransport
import Synchronization
package import Tokens
package import Vault
import Zoom

/// Tracks whether Zoom gives usable answers, over all apps: an outage is one problem, and not one for each of ten
/// thousand. It learns from all requests for tokens; an endpoint without requests for five minutes is checked without
/// credentials, and failures are retried each minute.
package final class ZoomWatch: Sendable {
    private struct Place {
        let url: EndpointURL
        var contact: ZoomContact
        var isTried = false
    }

    private struct State {
        /// By the address of the token endpoint.
        var places: [String: Place] = [:]
        var nextLook = 0
    }

    /// Seconds between two updates of the list of endpoints.
    private static let pause = 10

    private let vault: Vault
    private let transport: any HTTPTransport
    package let clock: ZoomClock
    private let time: any TimeSource
    private let state = Mutex(State())

    /// - Parameter clock: is told of the dates of all answers.
    package init(vault: Vault, transport: any HTTPTransport, clock: ZoomClock, time: any TimeSource) {
        self.vault = vault
        self.transport = ClockedTransport(transport, clock: clock, time: time)
        self.clock = clock
        self.time = time
    }

    /// The state of each endpoint, by its address.
    package var contacts: [(address: String, contact: ZoomContact)] {
        state.withLock { $0.places.map { ($0.key, $0.value.contact) } }.sorted { $0.address < $1.address }
    }

    /// Records the result of a request for a token.
    package func record(_ event: TokenEvent) {
        let now = time.now
        switch event {
        case .minted(let name, _): change(name) { $0.answered(now, of: name) }
        case .failed(let name, let failure):
            switch failure.disposition {
            case .refused: change(name) { $0.answered(now, of: name) }
            // A request that the daemon itself cancelled, for instance at a lock, says nothing about Zoom.
            case .later where failure.cause == .cancelled: break
            case .later: change(name) { $0.failed(failure.detail, failure.cause, of: name, now) }
            }
        case .notSaved: break
        }
    }

    private func change(_ app: Name, _ body: (inout ZoomContact) -> Void) {
        guard let url = vault.catalog.app(app).flatMap({ try? $0.app.environment.endpoints().tokenURL }) else { return }
        state.withLock { state in
            var place = state.places[url.description] ?? Place(url: url, contact: ZoomContact(heard: time.now.wall))
            body(&place.contact)
            state.places[url.description] = place
        }
    }

    /// Starts the checks that are due; call it once a second. Returns without waiting for them.
    package func poll(_ tokens: TokenKeeper) {
        let now = time.now
        let isDue = state.withLock { state in
            guard now.boot >= state.nextLook else { return false }
            state.nextLook = now.boot + Self.pause
            return true
        }
        guard isDue else { return }
        let found = heard(now.wall)
        let due = state.withLock { state -> [(address: String, url: EndpointURL, app: Name?)] in
            state.places = state.places.filter { found[$0.key] != nil }
            for (address, (url, heard)) in found where state.places[address] == nil {
                state.places[address] = Place(url: url, contact: ZoomContact(heard: heard))
            }
            return state.places.compactMap { address, place in
                guard !place.isTried, place.contact.isDue(now) else { return nil }
                state.places[address]?.isTried = true
                state.places[address]?.contact.begin(now)
                return (address, place.url, place.contact.failure?.app)
            }
        }
        for (address, url, app) in due {
            Task {
                await self.visit(address, url, app, tokens)
                self.state.withLock { $0.places[address]?.isTried = false }
            }
        }
    }

    /// The apps' token endpoints, and when each last accepted or refused a secret, according to the vault.
    private func heard(_ now: Timestamp) -> [String: (url: EndpointURL, heard: Timestamp)] {
        var found: [String: (url: EndpointURL, heard: Timestamp)] = [:]
        for entry in vault.catalog.entries {
            guard let url = try? entry.app.environment.endpoints().tokenURL else { continue }
            // An app that was just added and never tried says nothing about earlier times.
            let heard = min(entry.lastLook?.at ?? entry.credential.createdAt, now)
            let known = found[url.description]?.heard ?? heard
            found[url.description] = (url, max(known, heard))
        }
        return found
    }

    private func visit(_ address: String, _ url: EndpointURL, _ app: Name?, _ tokens: TokenKeeper) async {
        // Its result arrives at `record`.
        if let app, vault.catalog.app(app) != nil {
            _ = try? await tokens.attempt(app)
            return
        }
        let failure: (reason: String, cause: ZoomCause)?
        do throws(TransportFailure) {
            let answer = try await transport.send(HTTPRequest(.get, url, limits: HTTPLimits(total: .seconds(10))))
            failure = answer.status >= 500 ? ("it answers \(answer.status)", .serverError) : nil
        } catch {
            guard error.kind != .cancelled, error.kind != .shutDown else { return }
            failure = (error.description, ZoomFailure(error).cause)
        }
        let now = time.now
        state.withLock { state in
            if let failure {
                state.places[address]?.contact.failed(failure.reason, failure.cause, of: nil, now)
            } else {
                // An app that was removed meanwhile will get no token.
                state.places[address]?.contact.answered(now, of: app)
            }
        }
    }
}
