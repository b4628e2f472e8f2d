import Domain
import SecretJSON
import SecretMemory
import SocketAPI

extension Alert {
    /// Keyturn's own format, for commands and webhooks: one JSON object.
    func json(host: String) -> SecretBytes {
        var json = JSONWriter()
        json.beginObject()
        json.member("version", 1)
        json.member("id", id)
        json.member("state", state.rawValue)
        json.member("reminder", isReminder)
        issue.writeMembers(to: &json, withNulls: true)
        if let others { json.member("others", others) }
        json.member("text", text)
        json.member("since", since.description)
        json.member("at", at.description)
        json.member("host", host)
        json.endObject()
        return json.finish()
    }

    /// What a person wants to know besides the title and the advice: a label and a value each.
    func facts(host: String) -> [(label: String, value: String)] {
        [
            ("Host", host), ("Since", since.description),
            ("Deadline", issue.deadline?.description), ("Others", others.map(String.init)), ("ID", id),
        ].compactMap { label, value in value.map { (label, $0.singleLine) } }
    }
}
