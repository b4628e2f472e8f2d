import Domain
import SecretMemory
import TestSupport
import Testing

@testable import HTTPTransport

/// What leaves for servers, and what comes from them and is shown.
struct EncodingTests {
    @Test(
        arguments: [
            // RFC 6749, appendix B.
            (" %&+£€", "+%25%26%2B%C2%A3%E2%82%AC"),
            ("s6BhdRkqt3", "s6BhdRkqt3"), ("a:b", "a%3Ab"), ("100%", "100%25"), ("a+b", "a%2Bb"), ("a b", "a+b"),
            ("a=b&c", "a%3Db%26c"), ("A-z_0.9~", "A-z_0.9~"), ("Zoë", "Zo%C3%AB"), ("\u{7F}/?#", "%7F%2F%3F%23"),
            ("", ""),
        ])
    func `a form has an ID or a secret as RFC 6749 wants it`(text: String, encoded: String) {
        var buffer = SecretBuffer()
        SecretBytes(copying: text).withSpan { buffer.append(formEncoding: $0) }
        #expect(SecretBox(buffer.finish()).text == encoded)
    }

    @Test(
        arguments: [
            ("Zoom – Benutzer", "Zoom – Benutzer"), ("工程部 ✓ Ünïcode", "工程部 ✓ Ünïcode"),
            ("a\u{1B}[31mb\u{0}\r\nc\u{85}d", "a[31mbcd"), ("a\u{2028}b\u{2029}c", "abc"),
            ("pay\u{202E}gpj.exe\u{2066}\u{200F}", "paygpj.exe"), ("zero\u{200B}width\u{FEFF}\u{AD}", "zerowidth"),
            ("no\u{A0}break\u{3000}", "no break "), ("private\u{E000}\u{10FFFF}use", "privateuse"),
        ])
    func `words are shown as UTF-8, without what changes how a line is read`(text: String, shown: String) {
        #expect(text.readable(limit: 100) == shown)
    }

    @Test func `a limit is one of bytes and cuts no character`() {
        #expect("äöü".readable(limit: 5) == "äö" && "äöü".readable(limit: 6) == "äöü" && "x".readable(limit: 0).isEmpty)
        #expect("a\u{200B}b".shown(limit: 9, withholding: [SecretBox("ab")]) == "withheld, because it repeats a secret")
        #expect("aéb".shown(limit: 9, withholding: [SecretBox("aéb")]) == "withheld, because it repeats a secret")
        #expect("aéb".shown(limit: 9, withholding: [SecretBox("ab")]) == "withheld, because it repeats a secret")
    }

    @Test(
        arguments: [
            ("OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0", 116),
            ("error:0A000412:SSL routines::sslv3 alert bad certificate", 42),
            ("error:0A000418:SSL routines::tlsv1 alert unknown ca", 48),
            ("error:0A000086:SSL routines::certificate verify failed", nil), ("error:0A0004", nil), ("", nil),
            ("error:0A00ZZZZ: error:0A000410:SSL routines::ssl/tls alert handshake failure", 40),
        ] as [(String, Int?)])
    func `an alert is read from OpenSSL's number`(text: String, number: Int?) {
        #expect(TLSAlert(in: Array(text.utf8))?.number == number)
    }
}
