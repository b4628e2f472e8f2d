import Domain
import SocketAPI
import SocketServer
import Vault

/// A client that has an app's current generation and waits for another one.
final class CredentialWait: VaultWatch {
    let app: Name?
    var uid: UInt32 { caller.uid }
    private let name: Name
    private let request: Request
    private var caller: Identity
    private let after: AgentRoute.After
    private let session: VaultController.Session
    private var connection: Connection?
    private var end = 0

    init(
        _ name: Name, _ after: AgentRoute.After, _ request: Request, _ caller: Identity,
        _ session: VaultController.Session
    ) {
        app = name
        self.name = name
        self.after = after
        self.request = request
        self.caller = caller
        self.session = session
    }

    func begin(at connection: Connection) -> RecordedResponse? {
        if let refusal = session.watchers.add(self, at: connection.loop) { return RecordedResponse(refusal) }
        if let answer = answer() {
            session.watchers.remove(self, at: connection.loop)
            return answer
        }
        self.connection = connection
        end = connection.now + after.wait
        return nil
    }

    func receive(_ changes: Watchers.Changes) {
        if changes.policies {
            guard let connection, connection.learnCaller() else { return }
            caller = connection.caller
        }
        if let answer = answer() { finish(answer) }
    }

    /// The clock counts whole seconds: one more must pass, so that the wait is never too short.
    func tick() {
        guard let connection, connection.now > end, let answer = answer(isOver: true) else { return }
        finish(answer)
    }

    func caughtUp() {}

    func end(_ answer: RenderedResponse) { finish(RecordedResponse(answer)) }

    private func finish(_ answer: RecordedResponse) {
        let connection = connection.take()
        leave(connection)
        connection?.answer(answer)
    }

    func abandon() { leave(connection.take()) }

    private func leave(_ connection: Connection?) {
        if let connection { session.watchers.remove(self, at: connection.loop) }
    }

    /// The answer to send now, if any.
    /// - Parameter isOver: whether the client's time is up: then there is one.
    private func answer(isOver: Bool = false) -> RecordedResponse? {
        let asked = AppAccess(
            action: .credentials, app: name, permission: .credentials, caller: caller, session: session,
            lines: AnswerLines(), asksHead: request.method == .head)
        switch asked.decision {
        case .denied(let denial): return asked.denied(denial)
        case .granted(let entry, let client):
            if after.isAnother(entry), !entry.isSuspect { return asked.credentials(entry, client, request) }
            guard isOver else { return nil }
            return after.isAnother(entry)
                ? asked.unproven(entry, client)
                : asked.allowed(.notModified(entry.tag), entry, client)
        }
    }
}
