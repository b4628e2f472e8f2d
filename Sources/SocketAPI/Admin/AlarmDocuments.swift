package import SecretJSON
package import Times

/// The answer to `GET /v1/alarms`: what was told and is not over, the most urgent first.
package struct AlarmList: Equatable, Sendable, WireDocument {
    package struct Entry: Equatable, Sendable, WireDocument {
        package let severity: String
        package let code: String
        package let app: String?
        package let target: String?
        package let since: Timestamp
        package let detail: String
        package let hint: String?

        package init(
            severity: String, code: String, app: String?, target: String?, since: Timestamp, detail: String,
            try hint: String?
        ) {
            self.severity = severity
            self.code = code
            self.app = app
            self.target = target
            self.since = since
            self.detail = detail
            self.hint = hint
        }

        package func writeMembers(to json: inout JSONWriter) {
            json.member("severity", severity)
            json.member("code", code)
            json.member("app", orNull: app)
            json.member("target", orNull: target)
            json.member("since", since.description)
            json.member("detail", detail)
            json.member("try", orNull: hint)
        }

        package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
            self.init(
                severity: try document.text("severity", of: node), code: try document.text("code", of: node),
                app: try document.optionalText("app", of: node), target: try document.optionalText("target", of: node),
                since: try document.time("since", of: node), detail: try document.text("detail", of: node),
                try: try document.optionalText("try", of: node))
        }
    }

    /// `log`, `command` or `webhook`.
    package let channel: String
    /// How much is still to be sent there.
    package let owed: Int
    package let alarms: [Entry]

    package init(channel: String, owed: Int, alarms: [Entry]) {
        self.channel = channel
        self.owed = owed
        self.alarms = alarms
    }

    package func writeMembers(to json: inout JSONWriter) {
        json.member("channel", channel)
        json.member("owed", owed)
        json.member("alarms", list: alarms)
    }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        self.init(
            channel: try document.text("channel", of: node), owed: try document.number("owed", of: node),
            alarms: try document.list("alarms", of: node))
    }
}

/// The answer to `POST /v1/alarms/test`: who took it.
package struct AlarmTested: Equatable, Sendable, WireDocument {
    package let channel: String

    package init(channel: String) { self.channel = channel }

    package func writeMembers(to json: inout JSONWriter) { json.member("channel", channel) }

    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        channel = try document.text("channel", of: node)
    }
}
