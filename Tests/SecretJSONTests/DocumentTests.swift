import SecretJSON
import SecretMemory
import TestSupport
import Testing

@Suite struct DocumentTests {
    private func document(_ text: String) throws -> JSONDocument {
        try JSONDocument(parsing: secret(Array(text.utf8)))
    }

    @Test func `a member that is missing, unknown or of another type is reported by name and without its value`() throws
    {
        let document = try document(#"{"name":"x","secret":"canary"}"#)
        #expect(throws: JSONError(.missingMember, member: "other")) { try document.require("other", of: document.root) }
        #expect(throws: JSONError(.unknownMember, member: "secret")) {
            try document.allowOnly(["name"], of: document.root)
        }
        let name = try document.require("name", of: document.root)
        #expect(throws: JSONError(.wrongType)) { try document.require("x", of: name) }
        #expect(throws: JSONError(.wrongType)) { try document.allowOnly([], of: name) }
        #expect(throws: JSONError(.wrongType)) { try document.bool(name) }
        #expect(throws: JSONError(.wrongType)) { try document.string(document.root) }
        #expect(document.member("x", of: name) == nil && document.elements(of: name) == [])
        try document.allowOnly(["secret", "name", "more"], of: document.root)
    }

    @Test func `an unknown member's name is shown as at most 64 printable characters`() throws {
        for (name, shown) in [
            ("a\\u001b[31mb\\n", "a[31mb"), (String(repeating: "x", count: 100), String(repeating: "x", count: 64)),
            ("é\u{202E}", ""),
        ] {
            let document = try document("{\"\(name)\":1}")
            #expect(throws: JSONError(.unknownMember, member: shown)) { try document.allowOnly([], of: document.root) }
        }
    }

    @Test func `no error says more than where it was`() {
        for text in [#"{"a":"canary"#, #"{"canary":1,"canary":2}"#, "canary", #""canary\x""#] {
            do {
                _ = try document(text)
                Issue.record("'\(text)' was accepted")
            } catch {
                #expect(!"\(error)\(String(reflecting: error))".contains("canary"))
            }
        }
    }

    @Test func `neither reading nor writing leaves a secret behind in memory`() throws {
        let marker = Marker(11, count: 400)
        do {
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("secret", secret: marker.secret())
            writer.endObject()
            let document = try JSONDocument(parsing: writer.finish())
            #expect(try MemoryScan.occurrences(of: marker) == 1)
            let value = try document.secret(try document.require("secret", of: document.root))
            #expect(value.count == 400)
            #expect(try MemoryScan.occurrences(of: marker) == 2)
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }

    @Test func `a secret with escapes is unescaped in wiped memory, and so is a document that is refused`() throws {
        let marker = Marker(12, count: 400)
        do {
            var text = SecretBuffer()
            text.append("\"\\n")
            text.append(marker.secret())
            text.append("\"")
            let document = try JSONDocument(parsing: text.finish())
            let value = try document.secret(document.root)
            #expect(value.count == 401)
            #expect(try MemoryScan.occurrences(of: marker) == 2)
        }
        do {
            #expect(throws: JSONError(.syntax)) {
                var text = SecretBuffer()
                text.append("{\"a\":\"")
                text.append(marker.secret())
                _ = try JSONDocument(parsing: text.finish())
            }
        }
        #expect(try MemoryScan.occurrences(of: marker) == 0)
    }
}
