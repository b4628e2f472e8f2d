package import FoundationEssentials

/// All apps, found by number or client ID.
package struct AppRegistry: Sendable {
    private var apps: [UInt64: App] = [:]
    private var byClientID: [String: UInt64] = [:]
    private var marketplaceIDs: Set<String> = []
    private var lastNumber: UInt64 = 0

    /// Oldest to newest.
    package var all: [App] { apps.values.sorted { $0.number < $1.number } }

    package func find(clientID: String) -> App? { byClientID[clientID].flatMap { apps[$0] } }
    func find(number: UInt64) -> App? { apps[number] }

    @discardableResult
    package mutating func add(
        _ profile: AppProfile, at now: Date, random: inout some RandomNumberGenerator
    ) throws(ControlError) -> App {
        try profile.check()
        let app = App(number: lastNumber + 1, profile: profile, at: now, random: &random)
        guard byClientID[app.clientID] == nil else { throw .conflict("there is an app with this client_id") }
        guard marketplaceIDs.insert(app.marketplaceAppID).inserted else {
            throw .conflict("there is an app with this marketplace_app_id")
        }
        lastNumber = app.number
        apps[app.number] = app
        byClientID[app.clientID] = app.number
        return app
    }

    /// Changes the app in place; returns nil if there is no app with that number.
    mutating func update<Result>(_ number: UInt64, _ change: (inout App) -> Result) -> Result? {
        guard let place = apps.index(forKey: number) else { return nil }
        return change(&apps.values[place])
    }

    mutating func remove(_ number: UInt64) {
        guard let app = apps.removeValue(forKey: number) else { return }
        byClientID[app.clientID] = nil
        marketplaceIDs.remove(app.marketplaceAppID)
    }
}
