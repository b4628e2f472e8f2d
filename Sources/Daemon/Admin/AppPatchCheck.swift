import Domain
import Scheduling
import SocketAPI
import Vault

/// Checks an operator's changes of an app.
enum AppPatchCheck {
    /// In seconds: from a minute, for demonstrations, to longer than anybody plans.
    private static let intervals = 60...DurationText.longest
    /// Zoom keeps an old secret valid for at most 30 days. [doc]
    static let overlaps = 0...29 * 86_400

    static func app(_ known: App, patched patch: AppPatch) throws(Problem) -> App {
        var app = known
        do throws(ScheduleError) {
            if let window = patch.window {
                app.policy.windows = window.isEmpty ? "" : Window.text(try Window.list(window))
            }
            if let zone = patch.timeZone { app.policy.timeZone = try systemTimeZone(zone).identifier }
        } catch {
            throw Problem(.badRequest, error.advice)
        }
        if let every = patch.rotateEvery {
            guard every == 0 || intervals.contains(every) else {
                throw Problem(.badRequest, "the interval is not from a minute to ten years", try: "--rotate-every 30d")
            }
            app.policy.every = every == 0 ? nil : every
        }
        if let overlap = patch.overlap { app.policy.overlap = try checkedOverlap(overlap) }
        if let id = patch.accountID {
            try AppDraftCheck.check(id, "the account ID")
            app.accountID = id
        }
        if let id = patch.clientID {
            try AppDraftCheck.check(id, "the client ID")
            app.clientID = id
        }
        try AppDraftCheck.checkDistinct(app.accountID, app.clientID)
        if let id = patch.marketplaceAppID {
            try AppDraftCheck.check(id, "the Marketplace app ID")
            app.marketplaceAppID = id
        }
        if let paused = patch.paused { app.policy.isPaused = paused }
        app.profile = try AppDraftCheck.profile(patch.profile, over: app.profile)
        guard let labels = app.labels.changed(adding: patch.labels, removing: patch.removedLabels) else {
            throw Problem(
                .badRequest, "an app has at most \(Labels.most) labels", try: "keyturn app show \(app.name)")
        }
        app.labels = labels
        // A different app at Zoom: the grant whose token carries the scope must be found again.
        if !app.isSame(atZoom: known) { app.rotationGrant = nil }
        return app
    }

    static func checkedOverlap(_ overlap: Int) throws(Problem) -> Int {
        guard overlaps.contains(overlap) else {
            throw Problem(
                .badRequest, "the overlap is longer than 29 days, which is the most that Zoom's 30 days allow",
                try: "--overlap 7d")
        }
        return overlap
    }
}
