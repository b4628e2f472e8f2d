import Domain
import SecretJSON
import SecretMemory
import SocketAPI

/// A message for a Microsoft Teams workflow, "When a Teams webhook request is received": an Adaptive Card as its only
/// attachment. Workflows accept no message cards, which the retired connectors had.
/// [learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using]
///
/// All text is in `TextRun`s, in which nothing is Markdown, unlike in `TextBlock` and `FactSet`: a name or an error text cannot
/// become a link. [learn.microsoft.com/adaptive-cards/schema-explorer/text-run] A message has at most 28 KB.
extension Alert {
    func teams(host: String) -> SecretBytes {
        var json = JSONWriter(capacity: 4096)
        json.beginObject()
        json.member("type", "message")
        json.key("attachments")
        json.beginArray()
        json.beginObject()
        json.member("contentType", "application/vnd.microsoft.card.adaptive")
        json.key("contentUrl")
        json.null()
        json.key("content")
        json.beginObject()
        json.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
        json.member("type", "AdaptiveCard")
        json.member("version", "1.4")
        // Shown where a card cannot be.
        json.member("fallbackText", text.readable(limit: 2000))
        json.key("body")
        json.beginArray()
        json.teamsBlock([Run("Keyturn: \(title)", color: teamsColor, isBold: true, size: "Medium")])
        json.teamsBlock([Run(advice.detail)])
        if let hint = advice.hint { json.teamsBlock([Run("Try: ", isBold: true), Run(hint, font: "Monospace")]) }
        for fact in facts(host: host) { json.teamsBlock([Run("\(fact.label): ", isBold: true), Run(fact.value)]) }
        json.endArray()
        json.endObject()
        json.endObject()
        json.endArray()
        json.endObject()
        return json.finish()
    }

    private var teamsColor: String {
        switch (state, issue.severity) {
        case (.resolved, _): "Good"
        case (.raised, .critical): "Attention"
        case (.raised, .warning), (.raised, .note): "Warning"
        }
    }
}

private struct Run {
    let text: String
    var color: String?
    var isBold = false
    var size: String?
    var font: String?

    init(_ text: String, color: String? = nil, isBold: Bool = false, size: String? = nil, font: String? = nil) {
        (self.text, self.color, self.isBold, self.size, self.font) = (text, color, isBold, size, font)
    }
}

extension JSONWriter {
    fileprivate mutating func teamsBlock(_ runs: [Run]) {
        beginObject()
        member("type", "RichTextBlock")
        key("inlines")
        beginArray()
        for run in runs {
            beginObject()
            member("type", "TextRun")
            // In bytes: the whole card stays below the limit, even if each of them is escaped.
            member("text", run.text.singleLine.readable(limit: 2000))
            if let color = run.color { member("color", color) }
            if run.isBold { member("weight", "Bolder") }
            if let size = run.size { member("size", size) }
            if let font = run.font { member("fontType", font) }
            endObject()
        }
        endArray()
        endObject()
    }
}
