import Vault

/// What was learnt about apps and is not in the vault yet. It counts nevertheless: a full disk must not make anything
/// happen twice.
struct UnsavedSchedulerStates: Sendable {
    /// The most apps in one commit.
    private static let most = 1000

    private var changed: [String: (app: App, state: SchedulerState)] = [:]

    /// What is known about an app, saved or not.
    subscript(entry: AppEntry) -> SchedulerState {
        get { changed[entry.app.id]?.state ?? entry.schedulerState }
        set { changed[entry.app.id] = newValue == entry.schedulerState ? nil : (entry.app, newValue) }
    }

    /// What to save next.
    var batch: [(app: App, state: SchedulerState)] { Array(changed.values.prefix(Self.most)) }

    mutating func saved(_ batch: [(app: App, state: SchedulerState)]) {
        for (app, state) in batch where changed[app.id]?.state == state { changed[app.id] = nil }
    }
}
