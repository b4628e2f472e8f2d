import Domain
import SecretJSON
import SecretMemory
import SocketAPI

/// A message for one of Slack's incoming webhooks.
///
/// `text` is what notifications and screen readers show; the blocks are what the channel shows. Slack reads `&`, `<` and `>`
/// as its own (a link, a mention of everybody), so all text is escaped; 3,000 characters of text fit into a section, 150
/// into a header. [docs.slack.dev/messaging/formatting-message-text, docs.slack.dev/reference/block-kit/blocks]
extension Alert {
    func slack(host: String) -> SecretBytes {
        var json = JSONWriter(capacity: 2048)
        json.beginObject()
        json.member("text", text.escapedForSlack(limit: 3000))
        json.key("blocks")
        json.beginArray()
        json.beginObject()
        json.member("type", "header")
        json.key("text")
        json.slackText("plain_text", String("\(slackSign) \(title)".prefix(150)))
        json.endObject()
        json.beginObject()
        json.member("type", "section")
        json.key("text")
        json.slackText("mrkdwn", slackAdvice)
        json.endObject()
        json.beginObject()
        json.member("type", "context")
        json.key("elements")
        json.beginArray()
        // As plain text, in which nothing needs an escape.
        for fact in facts(host: host) {
            json.slackText("plain_text", "\(fact.label): \(fact.value)".readable(limit: 1000))
        }
        json.endArray()
        json.endObject()
        json.endArray()
        json.endObject()
        return json.finish()
    }

    private var slackSign: String {
        switch (state, issue.severity) {
        case (.resolved, _): "\u{2705}"
        case (.raised, .critical): "\u{1F534}"
        case (.raised, .warning), (.raised, .note): "\u{1F7E0}"
        }
    }

    private var slackAdvice: String {
        let detail = advice.detail.escapedForSlack(limit: 2000)
        guard let hint = advice.hint else { return detail }
        return "\(detail)\n*Try:* \(hint.escapedForSlack(limit: 900))"
    }
}

extension JSONWriter {
    fileprivate mutating func slackText(_ type: String, _ text: String) {
        beginObject()
        member("type", type)
        member("text", text)
        // Else Slack makes links and mentions of what looks like one.
        if type == "mrkdwn" { member("verbatim", true) }
        endObject()
    }
}

extension String {
    /// With the three characters escaped that Slack reads as its own, cut so that no escape is halved.
    /// - Parameter limit: in characters.
    func escapedForSlack(limit: Int) -> String {
        var (escaped, count) = ("", 0)
        for character in singleLine {
            let piece =
                switch character {
                case "&": "&amp;"
                case "<": "&lt;"
                case ">": "&gt;"
                default: String(character)
                }
            count += piece.unicodeScalars.count
            guard count <= limit else { break }
            escaped += piece
        }
        return escaped
    }
}
