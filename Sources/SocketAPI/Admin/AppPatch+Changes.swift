import Domain

/// One value that is to change, for people.
package struct ValueChange: Equatable, Sendable, CustomStringConvertible {
    package let name: String
    /// `nil` for none.
    package let old: String?
    package let new: String?

    /// `nil` when the value stays.
    package init?(_ name: String, _ old: String?, _ new: String?) {
        guard old != new else { return nil }
        (self.name, self.old, self.new) = (name, old, new)
    }

    package var description: String { "\(name): \(Self.shown(old)) -> \(Self.shown(new))" }

    private static func shown(_ value: String?) -> String { value.map { $0.isEmpty ? "''" : $0 } ?? "none" }
}

extension AppPatch {
    /// What the patch would change of an app, in the order in which an app's values are written. A window is compared as
    /// it is written.
    package func changes(of app: AppDocument) -> [ValueChange] {
        let known = app.policy.policy
        var found: [ValueChange?] = []
        func ids(_ name: String, _ old: String?, _ new: String?) {
            if let new { found.append(ValueChange(name, old, new)) }
        }
        ids("account_id", app.accountID, accountID)
        ids("client_id", app.clientID, clientID)
        ids("marketplace_app_id", app.marketplaceAppID, marketplaceAppID)
        for field in AppProfile.Field.allCases {
            if let new = profile[field] {
                found.append(ValueChange(field.rawValue, app.profile[field], new.isEmpty ? nil : new))
            }
        }
        for label in labels.all { found.append(ValueChange("labels.\(label.key)", app.labels[label.key], label.value)) }
        for key in removedLabels { found.append(ValueChange("labels.\(key)", app.labels[key], nil)) }
        func spoken(_ seconds: Int) -> String { DurationText(seconds: seconds)?.description ?? "\(seconds)s" }
        if let rotateEvery {
            found.append(
                ValueChange(
                    "rotation.every", known.every.map(spoken), rotateEvery == 0 ? nil : spoken(rotateEvery)))
        }
        if let window { found.append(ValueChange("rotation.window", known.windows, window)) }
        if let timeZone { found.append(ValueChange("rotation.time_zone", known.timeZone, timeZone)) }
        if let overlap { found.append(ValueChange("rotation.overlap", spoken(known.overlap), spoken(overlap))) }
        if let paused {
            found.append(ValueChange("rotation.paused", known.isPaused ? "true" : "false", paused ? "true" : "false"))
        }
        return found.compactMap(\.self)
    }
}
