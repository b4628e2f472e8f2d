import Domain
import Health
import Maintenance
import SocketAPI
import Vault

extension AdminCall {
    /// What falls due within some days, for `keyturn calendar`.
    func calendar() throws(Problem) -> CalendarDocument {
        let name = try request.target.appName
        let days = try request.target.number("days", in: 1...366) ?? 30
        let (session, now) = (try session, routes.time.now.wall)
        let catalog = session.vault.catalog
        let app = try name.map { name throws(Problem) in try catalog.existingApp(name) }
        var report = CalendarReport(catalog, app: app, now: now, days: days)
        return report.document(routes.status.issues(session.vitals, name))
    }
}
