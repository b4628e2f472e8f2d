import Domain
import SecretJSON
import SecretMemory
import SocketAPI

/// An event for PagerDuty's Events API v2: `trigger` opens an alert or adds to it, `resolve` closes it.
/// [developer.pagerduty.com: Events API v2, Send an Alert Event]
extension Alert {
    /// - Parameter routingKey: the integration key of a service.
    func pagerDuty(host: String, routingKey: borrowing SecretBytes) -> SecretBytes {
        var json = JSONWriter(capacity: 2048)
        json.beginObject()
        json.member("routing_key", secret: routingKey)
        json.member("event_action", state == .resolved ? "resolve" : "trigger")
        json.member("dedup_key", dedupKey(host: host))
        // A `resolve` needs nothing else.
        if state == .raised {
            json.member("client", "Keyturn on \(host)")
            json.key("payload")
            json.beginObject()
            json.member("summary", String(text.singleLine.unicodeScalars.prefix(1024).map(Character.init)))
            json.member("source", host)
            json.member("severity", pagerDutySeverity)
            json.member("timestamp", at.description)
            if let app = issue.app { json.member("component", app.description) }
            json.member("class", issue.code)
            json.key("custom_details")
            json.beginObject()
            json.member("detail", advice.detail)
            if let hint = advice.hint { json.member("try", hint) }
            if let target = issue.target { json.member("target", target.description) }
            for fact in facts(host: host) { json.member(named: fact.label.lowercased(), fact.value) }
            json.endObject()
            json.endObject()
        }
        json.endObject()
        return json.finish()
    }

    /// Of at most 255 characters. Begins with the host: two hosts that share a routing key and lose the same console in the
    /// same second have two alerts.
    private func dedupKey(host: String) -> String {
        String("\(host):\(id)".unicodeScalars.prefix(255).map(Character.init))
    }

    private var pagerDutySeverity: String {
        switch issue.severity {
        case .critical: "critical"
        case .warning: "warning"
        case .note: "info"
        }
    }
}
