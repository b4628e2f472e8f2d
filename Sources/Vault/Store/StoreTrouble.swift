package import Domain

/// What keeps a store from saving changes, for as long as it does. What was read before stays in memory, and is served.
package enum StoreTrouble: Equatable, Sendable {
    /// Its files were removed, moved or replaced.
    case gone
    /// Its server cannot be reached, or refuses changes.
    case unavailable(Advice, since: Timestamp)
    /// A commit was not confirmed: whether it is there is not known yet.
    case undecided(since: Timestamp)
    /// Another process may change the vault now, and this one may not any more.
    case superseded(Advice)
    /// The store lacks changes that it had confirmed.
    case rolledBack(Advice)

    /// Whether only a restart of this process helps: what it has in memory is not what the store has.
    package var isForGood: Bool {
        switch self {
        case .superseded, .rolledBack: true
        case .gone, .unavailable, .undecided: false
        }
    }
}
