/// How the engines get what was pushed to the console. The raw values are stored, and shown to operators.
package enum ReplicationMode: String, CaseIterable, Sendable {
    /// The console replicates a connection when it is saved. PingFederate 12.0 and newer. [doc]
    case onSave = "on-save"
    /// Keyturn asks the console to replicate all pending changes, including those of other people.
    case full
    /// Keyturn does not replicate; somebody else takes care of it.
    case none
}

/// How far an app's credentials got at a push target.
package enum TargetState: String, CaseIterable, Sendable {
    /// The console has not been given anything yet.
    case new
    /// It has an older generation than the current one.
    case behind
    /// It has the current one, and its engines not yet, or do not use it yet.
    case replicating, settling
    case current
}

/// What somebody else did to a target's connection. The raw values are stored, and shown to operators.
package enum DriftKind: String, CaseIterable, Sendable {
    /// The encrypted text of the secret is another, on a console that shows the same one each time.
    case secret
    /// The connection was saved, on a console whose encrypted texts prove nothing.
    case saved
    /// The client ID or the account ID is not the app's.
    case identity
}
