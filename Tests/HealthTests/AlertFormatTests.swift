import Domain
import SecretMemory
import SocketAPI
import TestSupport
import Testing

@testable import HTTPTransport
@testable import Health

/// An alert in the format of each service.
@Suite struct AlertFormatTests {
    private static let start = Timestamp(unixSeconds: 1_800_000_000)

    private static func alert(
        _ state: Alert.State = .raised, detail: String = "it fails", hint: String? = "keyturn status",
        reminder: Bool = false, deadline: Timestamp? = nil
    ) -> Alert {
        Alert(
            id: "target_failed:a/t:1799999940", state: state, isReminder: reminder,
            issue: HealthIssue(
                code: "target_failed", app: .test("a"), target: .test("t"), Advice(detail, try: hint),
                deadline: deadline
            ).graded(at: start), others: nil, since: start + -60, at: start)
    }

    private static let hostile = "<!channel> & [x](https://e.example) \"q\"\r\nBcc: x@e.example\u{202E}"

    @Test func `the own format is one JSON object that says what the status says`() {
        #expect(
            TestSupport.text(Self.alert(detail: "it \"fails\"").json(host: "h1")) == """
                {"version":1,"id":"target_failed:a/t:1799999940","state":"raised","reminder":false,\
                "code":"target_failed","severity":"warning","app":"a","target":"t",\
                "detail":"it \\"fails\\"","try":"keyturn status","deadline":null,\
                "text":"keyturn: warning: target_failed (a, target t): it \\"fails\\"; try: keyturn status",\
                "since":"2027-01-15T07:59:00Z","at":"2027-01-15T08:00:00Z","host":"h1"}
                """)
    }

    @Test func `Slack gets a fallback text, a header, a section and a context`() {
        #expect(
            TestSupport.text(Self.alert().slack(host: "h1")) == """
                {"text":"keyturn: warning: target_failed (a, target t): it fails; try: keyturn status",\
                "blocks":[{"type":"header","text":{"type":"plain_text","text":"🟠 warning: target_failed (a, target t)"}},\
                {"type":"section","text":{"type":"mrkdwn","text":"it fails\\u000a*Try:* keyturn status","verbatim":true}},\
                {"type":"context","elements":[{"type":"plain_text","text":"Host: h1"},\
                {"type":"plain_text","text":"Since: 2027-01-15T07:59:00Z"},\
                {"type":"plain_text","text":"ID: target_failed:a/t:1799999940"}]}]}
                """)
        let near = Self.alert(deadline: Self.start + 60)
        #expect(TestSupport.text(near.slack(host: "h1")).contains("🔴 critical: target_failed"))
        #expect(TestSupport.text(Self.alert(.resolved).slack(host: "h1")).contains("✅ resolved: target_failed"))
    }

    @Test(arguments: [
        ("a & b", 99, "a &amp; b"), ("<!channel>", 99, "&lt;!channel&gt;"), ("a\nb\u{202E}", 99, "a b "),
        ("a&&", 6, "a&amp;"), ("a&&", 5, "a"), ("", 9, ""), ("&amp;", 99, "&amp;amp;"),
    ]) func `what Slack reads as its own is escaped, and no escape is halved`(
        _ text: String, limit: Int, _ escaped: String
    ) {
        #expect(text.escapedForSlack(limit: limit) == escaped)
    }

    @Test func `Teams gets one Adaptive Card, in whose texts nothing is Markdown`() {
        let card = TestSupport.text(Self.alert(detail: Self.hostile).teams(host: "h1"))
        #expect(
            card.hasPrefix(
                #"{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"#
                    + #""content":{"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","#
                    + #""version":"1.4","fallbackText":"keyturn: warning: "#), "\(card)")
        #expect(
            card.contains(
                #"{"type":"TextRun","text":"Try: ","weight":"Bolder"},{"type":"TextRun","text":"keyturn status","#))
        #expect(card.contains(#""color":"Warning""#) && !card.contains(#""TextBlock""#) && !card.contains("\\r"))
        #expect(TestSupport.text(Self.alert(.resolved).teams(host: "h")).contains(#""color":"Good""#))
        let long = Self.alert(
            detail: String(repeating: "\"", count: 100_000), hint: String(repeating: "\\", count: 100_000))
        #expect(long.teams(host: "h1").count < 28 << 10)
        #expect(long.slack(host: "h1").count < 40_000)
    }

    @Test func `PagerDuty gets an event that opens an alert, and one that closes it`() {
        let key = SecretBytes(copying: "0123456789abcdef0123456789abcdef")
        #expect(
            TestSupport.text(Self.alert(deadline: Self.start + 60).pagerDuty(host: "h1", routingKey: key)) == """
                {"routing_key":"0123456789abcdef0123456789abcdef","event_action":"trigger",\
                "dedup_key":"h1:target_failed:a/t:1799999940","client":"Keyturn on h1","payload":{"summary":\
                "keyturn: critical: target_failed (a, target t): it fails; try: keyturn status","source":"h1",\
                "severity":"critical","timestamp":"2027-01-15T08:00:00Z","component":"a","class":"target_failed",\
                "custom_details":{"detail":"it fails","try":"keyturn status","target":"t","host":"h1",\
                "since":"2027-01-15T07:59:00Z","deadline":"2027-01-15T08:01:00Z","id":"target_failed:a/t:1799999940"}}}
                """)
        #expect(
            TestSupport.text(Self.alert(.resolved).pagerDuty(host: "h1", routingKey: key)) == """
                {"routing_key":"0123456789abcdef0123456789abcdef","event_action":"resolve",\
                "dedup_key":"h1:target_failed:a/t:1799999940"}
                """)
    }

    private static func mail(_ alert: Alert, host: String = "h1") throws -> (head: [String], body: String) {
        let to = try ["oncall@example.com", "b@example.com"].map { try #require(MailAddress($0)) }
        let from = try #require(MailAddress("keyturn@example.com"))
        let text = String(decoding: alert.mail(host: host, from: from, to: to, now: start), as: UTF8.self)
        let end = try #require(text.firstRange(of: "\r\n\r\n"))
        return (
            text[..<end.lowerBound].replacing("\r\n ", with: " ").split(separator: "\r\n").map(String.init),
            String(text[end.upperBound...]).replacing("=\r\n", with: "")
        )
    }

    @Test func `a mail has its fields, and its text is what the status says`() throws {
        let (head, body) = try Self.mail(Self.alert(detail: "Zoë = it fails"))
        #expect(
            head == [
                "Date: Fri, 15 Jan 2027 08:00:00 +0000", "From: Keyturn <keyturn@example.com>",
                "To: oncall@example.com, b@example.com", "Subject: [keyturn h1] warning: target_failed (a, target t)",
                "Message-ID: <keyturn.target_failed%3Aa%2Ft%3A1799999940.raised@h1>", "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: quoted-printable",
            ])
        #expect(
            body
                == """
                warning: target_failed (a, target t)

                Zo=C3=AB =3D it fails

                Try: keyturn status

                Host: h1
                Since: 2027-01-15T07:59:00Z
                ID: target_failed:a/t:1799999940

                """.replacing("\n", with: "\r\n"))
    }

    @Test func `a mail about the end, or a reminder, follows the first one`() throws {
        let first = "<keyturn.target_failed%3Aa%2Ft%3A1799999940.raised@h1>"
        for (alert, own) in [
            (Self.alert(.resolved), first.replacing("raised", with: "resolved")),
            (Self.alert(reminder: true), first.replacing("raised", with: "raised.1800000000")),
        ] {
            let head = try Self.mail(alert).head
            #expect(head.contains("In-Reply-To: \(first)") && head.contains("References: \(first)"), "\(head)")
            #expect(head.contains("Message-ID: \(own)"), "\(head)")
        }
    }

    @Test func `nothing in an alert adds a field to a mail`() throws {
        for host in ["h1", "h\r\nBcc: x@e.example", "Zoë", ""] {
            let (head, body) = try Self.mail(Self.alert(detail: Self.hostile), host: host)
            #expect(head.count == 9 && !head.contains { $0.hasPrefix("Bcc") }, "\(head)")
            #expect(!body.contains("\r\nBcc"), "\(body)")
            #expect((head.joined() + body).utf8.allSatisfy { $0 < 0x7F })
        }
    }

    @Test(arguments: [
        ("plain", "plain"), ("Zoë", "=?UTF-8?B?Wm/Dqw==?="), ("a\nb", "=?UTF-8?B?YQpi?="), ("=?x", "=?UTF-8?B?PT94?="),
        (
            String(repeating: "é", count: 30),
            "=?UTF-8?B?w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6k=?=\r\n =?UTF-8?B?w6nDqcOpw6nDqcOpw6nDqQ==?="
        ),
    ]) func `a subject is encoded where it must be, and no character is split`(_ text: String, _ encoded: String) {
        #expect(MailText.unstructured(text) == encoded)
    }

    @Test func `lines of a mail are short, and a space at their end is kept`() {
        let text = MailText.quotedPrintable([String(repeating: "ü", count: 100), "a ", ".", ""])
        #expect(text.split(separator: "\r\n", omittingEmptySubsequences: false).allSatisfy { $0.utf8.count <= 76 })
        #expect(text.hasSuffix("\r\na=20\r\n.\r\n\r\n"))
    }
}
