import HTTPTransport
import Testing

@Suite struct EndpointURLTests {
    @Test(arguments: [
        ("https://zoom.us/oauth/token", "https://zoom.us/oauth/token"),
        ("HTTPS://ZOOM.us:443/a?b=c%20d", "https://zoom.us/a?b=c%20d"),
        ("https://pf.example:9999", "https://pf.example:9999"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://127.255.0.9", "http://127.255.0.9"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:1", "http://[::1]:1"),
    ]) func `a URL that may be given a secret is accepted`(text: String, canonical: String) throws {
        #expect(try EndpointURL(text).description == canonical)
    }

    @Test(arguments: [
        ("http://zoom.us/", EndpointURLError.plainBeyondThisMachine),
        ("http://127.0.0.1.evil.example/", .plainBeyondThisMachine),
        ("http://127.1/", .plainBeyondThisMachine),
        ("http://127.0.0.01/", .plainBeyondThisMachine),
        ("http://128.0.0.1/", .plainBeyondThisMachine),
        ("http://localhost.evil.example/", .plainBeyondThisMachine),
        ("http://[::2]/", .plainBeyondThisMachine),
        ("http://[::ffff:127.0.0.1]/", .plainBeyondThisMachine),
        ("https://zoom.us@evil.example/", .hasUserInformation),
        ("https://user:secret@zoom.us/", .hasUserInformation),
        ("https://zoom.us/#x", .hasFragment),
        ("ftp://zoom.us/", .otherScheme),
        ("file:///etc/passwd", .otherScheme),
        ("zoom.us", .malformed),
        ("https://", .malformed),
        ("https:///path", .malformed),
        ("https://.zoom.us/", .malformed),
        ("https://zoom..us/", .malformed),
        ("https://zoom.us:/", .malformed),
        ("https://zoom.us:0/", .malformed),
        ("https://zoom.us:65536/", .malformed),
        ("https://zoom.us:+1/", .malformed),
        ("https://zoom.us?x", .malformed),
        ("https://evil.example\\.zoom.us/", .malformed),
        ("https://[::1/", .malformed),
        ("https://[::1]x/", .malformed),
        ("https://[fe80::1%25eth0]/", .malformed),
        ("https://zoom.us/a b", .malformed),
        ("https://zoom.us/\r\nX: y", .malformed),
        ("https://zoom.us/%zz", .malformed),
        ("https://zoöm.us/", .malformed),
        ("https://zoom.us/" + String(repeating: "a", count: 2_048), .tooLong),
    ]) func `a URL that would carry a secret elsewhere is refused`(text: String, error: EndpointURLError) {
        #expect(throws: error) { try EndpointURL(text) }
    }

    @Test func `paths are appended below, and cannot change the host`() throws {
        let base = try EndpointURL("https://api.zoom.us/")
        #expect(try base.appending("/v2/users?a=b").description == "https://api.zoom.us/v2/users?a=b")
        #expect(throws: EndpointURLError.malformed) { try base.appending(".evil.example/") }
        #expect(throws: EndpointURLError.malformed) { try base.appending("/a b") }
        #expect(throws: EndpointURLError.malformed) { try base.appending("/?q").appending("/x") }
    }
}
