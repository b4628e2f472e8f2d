import Domain
import HTTPTransport
import SocketAPI

/// A mail about an alert, as RFC 5322 and MIME have it: headers in ASCII, lines that end with CRLF, and a text in UTF-8 as
/// quoted-printable (RFC 2045), so that every server can pass it on.
extension Alert {
    /// - Parameters:
    ///   - sender: a checked address, like the recipients.
    ///   - now: when it is sent.
    func mail(host: String, from sender: MailAddress, to recipients: [MailAddress], now: Timestamp) -> [UInt8] {
        var fields = [
            ("Date", DateField.text(now).replacing("GMT", with: "+0000")),
            ("From", "Keyturn <\(sender)>"),
            ("To", recipients.map(\.description).joined(separator: ",\r\n ")),
            ("Subject", MailText.unstructured("[keyturn \(host)] \(title)")),
            ("Message-ID", messageID(host: host)),
        ]
        if let first = firstMessageID(host: host) { fields += [("In-Reply-To", first), ("References", first)] }
        fields += [
            // Automatic replies must not be sent to a daemon (RFC 3834).
            ("Auto-Submitted", "auto-generated"), ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable"),
        ]
        let head = fields.map { "\($0.0): \($0.1)\r\n" }.joined()
        return Array((head + "\r\n" + MailText.quotedPrintable(mailLines(host: host))).utf8)
    }

    private func mailLines(host: String) -> [String] {
        let facts = facts(host: host).map { "\($0.label): \($0.value)" }
        return [title, "", advice.detail.singleLine] + (advice.hint.map { ["", "Try: \($0.singleLine)"] } ?? []) + [""]
            + facts
    }

    /// The same again if it is sent again, so that a mail system shows one of the two.
    private func messageID(host: String) -> String {
        let moment = isReminder ? ".\(at.unixSeconds)" : ""
        return "<keyturn.\(id.percentEncoded).\(state.rawValue)\(moment)@\(MailText.domain(host))>"
    }

    /// The message that this one follows: mail programs show the two together.
    private func firstMessageID(host: String) -> String? {
        guard state == .resolved || isReminder else { return nil }
        return "<keyturn.\(id.percentEncoded).\(State.raised.rawValue)@\(MailText.domain(host))>"
    }
}
