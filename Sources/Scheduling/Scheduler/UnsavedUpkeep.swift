import Vault

/// What was learnt about apps and is not in the vault yet. It counts nevertheless: a full disk must not make anything
/// happen twice.
struct UnsavedUpkeep: Sendable {
    /// The most apps in one commit.
    private static let most = 1000

    private var changed: [String: (app: App, upkeep: Upkeep)] = [:]

    /// What is known about an app, saved or not.
    subscript(entry: AppEntry) -> Upkeep {
        get { changed[entry.app.id]?.upkeep ?? entry.upkeep }
        set { changed[entry.app.id] = newValue == entry.upkeep ? nil : (entry.app, newValue) }
    }

    /// What to save next.
    var batch: [(app: App, upkeep: Upkeep)] { Array(changed.values.prefix(Self.most)) }

    mutating func saved(_ batch: [(app: App, upkeep: Upkeep)]) {
        for (app, upkeep) in batch where changed[app.id]?.upkeep == upkeep { changed[app.id] = nil }
    }
}
