import Domain
import Maintenance
import SecretJSON
import SecretMemory
import SocketAPI

/// The state of the log's alerts, and of each channel's.
struct AlertStates: Equatable, Sendable {
    var log = AlertState()
    var channels: [Name: AlertState] = [:]

    /// Whether the saved file is still up to date; ignores fields recomputed on every tick.
    func isSaved(as other: AlertStates) -> Bool {
        log.isSaved(as: other.log) && channels.count == other.channels.count
            && channels.allSatisfy { name, state in other.channels[name].map { state.isSaved(as: $0) } ?? false }
    }
}

/// Saves the state of alerts across restarts: `alerts.json` in the state directory. It contains what the status shows,
/// and is not sealed, so that it can be saved while the vault is locked. If it is lost, persisting problems fire again.
package struct AlertFile: Sendable {
    let path: String

    package init(path: String) { self.path = path }

    private var file: StateFile { StateFile(path: path, largest: 32 << 20, what: "alerts") }

    /// Returns an empty state when there is no readable file.
    func read() throws(StartError) -> AlertStates {
        guard let content = try file.read() else { return AlertStates() }
        do { return try AlertStates(parsing: content, values: 1_000_000) } catch {
            throw StartError(.badData, "\(path) is not a file of alerts: \(error)")
        }
    }

    /// Replaces the file as a whole. Blocks.
    func write(_ states: AlertStates) throws(StartError) { try file.write(states.render()) }
}

extension AlertStates: ListedDocument {
    private struct Channel: MemberList {
        let name: Name
        let state: AlertState

        init(_ name: Name, _ state: AlertState) { (self.name, self.state) = (name, state) }

        init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            name = try members("name", \.name)
            state = try members.inline(\.state)
        }
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        _ = try members("version", { _ in 1 }, where: { $0 == 1 })
        log = try members.inline(\.log)
        let channels = try members("channels") { states in
            states.channels.sorted { $0.key < $1.key }.map { Channel($0.key, $0.value) }
        }
        self.channels = Dictionary(channels.map { ($0.name, $0.state) }) { first, _ in first }
    }
}

extension AlertState: MemberList {
    private struct Entry: MemberList {
        let key: Key
        let standing: Standing

        init(_ key: Key, _ standing: Standing) { (self.key, self.standing) = (key, standing) }

        init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
            let code = try members("code", \.key.code)
            let app = try members.orNull("app", \.key.app)
            let target = try members.orNull("target", \.key.target)
            let others = try members.ifPresent("others", \.standing.others)
            let since = try members("since", \.standing.since)
            // The file is not sealed, and its texts are shown on terminals.
            key = Key(code: code.singleLine, app: app, target: target, isOthers: others != nil)
            var standing = Standing(since: since, advice: Advice(""))
            standing.others = others
            standing.goneSince = try members.orNull("gone_since", \.standing.goneSince)
            standing.raisedAt = try members.orNull("raised_at", \.standing.raisedAt)
            standing.resolvedAt = try members.orNull("resolved_at", \.standing.resolvedAt)
            standing.notifiedAt = try members.orNull("notified_at", \.standing.notifiedAt)
            standing.notifiedAs = try members.orNull("notified_as", \.standing.notifiedAs?.rawValue).flatMap(
                Severity.init)
            standing.pending = try members.orNull("pending", \.standing.pending)
            standing.isDelivered = try members("delivered", \.standing.isDelivered)
            let advice = try members.inline(\.standing.advice, withNulls: true)
            standing.advice = Advice(advice.detail.singleLine, try: advice.hint?.singleLine)
            standing.deadline = try members.orNull("deadline", \.standing.deadline)
            self.standing = standing
        }
    }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        let entries = try members("alerts") { state in
            state.standing.sorted { $0.key < $1.key }.map { Entry($0.key, $0.value) }
        }
        self.init(Dictionary(entries.map { ($0.key, $0.standing) }) { first, _ in first })
    }
}
