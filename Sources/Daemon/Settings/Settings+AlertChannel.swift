import HTTPTransport
import Health
import Maintenance
import SocketAPI

extension Settings {
    /// Who is told of alerts besides the log.
    /// - Parameter closed: directories that no command of the settings can write to.
    func alertChannel(closed: [String], over transport: any HTTPTransport) throws(StartError) -> AlertChannel {
        try checkAlertChannel()
        if let alertCommand { return .command(alertCommand, timeout: alertTimeout, closed: closed) }
        return alertWebhook.map { .webhook($0, transport) } ?? .log
    }

    func checkAlertChannel() throws(StartError) {
        guard alertCommand != nil, alertWebhook != nil else { return }
        throw StartError(
            .configuration, "alerts.command and alerts.webhook are both set: use only one",
            hint: "a command can call a webhook too")
    }
}
