import Testing

@testable import HTTPTransport

/// Addresses of mail servers and of mailboxes.
struct MailServerTests {
    @Test(
        arguments: [
            ("smtp://mail.example.com", "smtp://mail.example.com:587", .startTLS),
            ("smtp://mail.example.com:25/", "smtp://mail.example.com:25", .startTLS),
            ("smtps://mail.example.com", "smtps://mail.example.com:465", .implicit),
            ("smtps://mail.example.com:443", "smtps://mail.example.com:443", .implicit),
            ("smtp://127.0.0.1:1025", "smtp://127.0.0.1:1025", .none), ("smtp://[::1]", "smtp://[::1]:587", .none),
            ("smtp://LOCALHOST", "smtp://localhost:587", .none),
        ] as [(String, String, MailServer.Security)])
    func `a server has a port and TLS, except on this machine`(
        _ text: String, _ shown: String, _ security: MailServer.Security
    ) {
        #expect(MailServer(text)?.description == shown && MailServer(text)?.security == security)
    }

    @Test(arguments: [
        "mail.example.com", "http://mail.example.com", "smtp://", "smtp://u:p@mail.example.com", "smtp://m/x",
        "smtp://m:0", "smtp://m\r\nRSET", "smtp://m?x", "SMTP://m",
    ]) func `what is not a server is refused`(_ text: String) { #expect(MailServer(text) == nil) }

    @Test(arguments: ["a@b", "first.last+tag@example.com", "o'brien@example.com", "root@localhost", "a_b@x-y.example"])
    func `a mailbox is taken as it is`(_ text: String) { #expect(MailAddress(text)?.description == text) }

    @Test(arguments: [
        "", "a", "@b", "a@", "a@b@c", "a b@c", "<a@b>", "A <a@b>", "a@b\r\nBcc: c@d", "a@b,c@d", "\"a\"@b", "a..b@c",
        ".a@b", "zoë@example.com", "a@[192.0.2.1]", "a@b:25", "a@b/c",
    ]) func `what is not one plain mailbox is refused`(_ text: String) {
        #expect(MailAddress(text) == nil)
    }
}
