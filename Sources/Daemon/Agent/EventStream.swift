import Audit
import Domain
import SecretMemory
import SocketAPI
import SocketServer
import Vault

/// Streams to a client the changes of the apps that are granted to it.
///
/// At most one part is unsent at a time. If the client has not read it, further changes are remembered only by app name,
/// and sent as the state at that time: a client that does not read costs no more, however much changes.
final class EventStream: VaultWatch {
    /// Seconds of silence after which a comment shows that the stream is alive.
    static let heartbeat = 15
    private static let signOfLife: SecretBox = {
        var chunk = SecretBuffer()
        let comment = ": heartbeat\n\n"
        chunk.appendChunk(of: comment.utf8.count) { $0.append(comment) }
        return SecretBox(chunk.finish())
    }()
    /// The most apps in one part.
    static let portion = 256

    let app: Name? = nil
    var uid: UInt32 { caller.uid }
    private var caller: Identity
    private let session: VaultController.Session
    private var connection: Connection?
    /// The apps that are granted to it, as of the last change of the policies.
    private var visible = VisibleApps.none
    /// What the client was last sent about each granted app.
    private var told: [Name: AppSnapshot] = [:]
    /// Apps with a possible event; whether it would be part of the initial state.
    private var due: [Name: Bool] = [:]
    private var order: ArraySlice<Name> = []
    private var lastSent = 0

    init(_ caller: Identity, _ session: VaultController.Session) {
        self.caller = caller
        self.session = session
    }

    func begin(at connection: Connection) -> RecordedResponse? {
        if let refusal = session.watchers.add(self, at: connection.loop) { return RecordedResponse(refusal) }
        visible = session.vault.catalog.policies.visibleApps(to: caller)
        guard visible != .none else {
            session.watchers.remove(self, at: connection.loop)
            return session.refusingEvents(to: caller)
        }
        let event = AuditEvent(.events, .allowed) { $0.caller(caller) }
        do throws(AuditError) { try session.audit.append([event]) } catch {
            session.watchers.remove(self, at: connection.loop)
            return RecordedResponse(.refusing(Refusal.notLogged))
        }
        self.connection = connection
        lastSent = connection.now
        for entry in session.vault.catalog.apps(visible) { record(entry.app.name, isFirst: true) }
        connection.send(head: Response.eventStreamHead())
        proceed()
        return nil
    }

    func receive(_ changes: Watchers.Changes) {
        if changes.policies {
            guard let connection, connection.learnCaller() else { return }
            caller = connection.caller
        }
        var names = changes.apps
        let now = changes.policies ? session.vault.catalog.policies.visibleApps(to: caller) : visible
        // Most changes of the policies concern other clients.
        if now != visible {
            visible = now
            names.formUnion(told.keys)
            names.formUnion(session.vault.catalog.apps(visible).map(\.app.name))
        }
        for name in names.sorted() { record(name, isFirst: false) }
        proceed()
    }

    func tick() {
        guard let connection, !connection.isBehind, connection.now - lastSent >= Self.heartbeat else { return }
        lastSent = connection.now
        connection.send(part: Self.signOfLife)
    }

    func caughtUp() { proceed() }

    /// The answer has already started: it can only be ended.
    func end(_: RenderedResponse) { finish() }

    private func finish() {
        let connection = connection
        abandon()
        connection?.send(last: Chunk.last)
    }

    func abandon() {
        guard let connection = connection.take() else { return }
        session.watchers.remove(self, at: connection.loop)
    }

    private func record(_ name: Name, isFirst: Bool) {
        guard due[name] == nil, sight(of: name) != told[name] else { return }
        due[name] = isFirst
        order.append(name)
    }

    /// The app as the caller may see it.
    private func sight(of name: Name) -> AppSnapshot? {
        guard visible.contains(name), let entry = session.vault.catalog.app(name) else { return nil }
        return AppSnapshot(entry)
    }

    private func proceed() {
        guard let connection, !connection.isBehind else { return }
        // Everything was sent, and the client may see no app any more.
        if order.isEmpty, visible == .none { return finish() }
        guard !order.isEmpty else { return }
        var part = SecretBuffer(capacity: 1_024)
        for _ in 0..<Self.portion {
            guard let name = order.popFirst() else { break }
            let isFirst = due.removeValue(forKey: name) ?? false
            let sight = sight(of: name)
            for event in AppSnapshot.events(of: name, from: told[name], to: sight, isFirst: isFirst) {
                let document = event.render()
                part.appendChunk(of: document.count + 8) {
                    $0.append("data: ")
                    $0.append(document)
                    $0.append("\n\n")
                }
            }
            told[name] = sight
        }
        guard part.count > 0 else { return }
        lastSent = connection.now
        connection.send(part: SecretBox(part.finish()))
    }
}
