import Domain
import HTTPTransport
import SecretMemory
import Testing

@testable import Zoom

private let planted = "PlantedNew0123456789abcdefABCDEF"
private let whole =
    #"{"secret_id":"id-1","new_secret":"\#(planted)","revoke_old_secret_time":"2026-03-05T04:05:06Z","other":[1]}"#

private func answer(_ newSecret: String) -> String { #"{"secret_id":"i","new_secret":"\#(newSecret)"}"# }

@Suite struct RotationAnswerTests {
    @Test func `[doc] a whole answer is read`() throws {
        let answer = try RotationAnswer.read(secret(whole)).get()
        #expect(answer.secretID == "id-1")
        #expect(answer.newSecret.text == planted)
        #expect(answer.revokeOldAt == Timestamp("2026-03-05T04:05:06Z"))
        #expect(!"\(answer) \(String(reflecting: answer))".contains("Planted"))
    }

    @Test(
        arguments: ["", #","revoke_old_secret_time":null"#, #","revoke_old_secret_time":7"#]
            + ["now", "", "2026-02-30T00:00:00Z", "2026-03-05T04:05:06+00:00", "2026-03-05"].map {
                #","revoke_old_secret_time":"\#($0)""#
            }) func `[assumed] a time that is absent or malformed loses nothing else`(member: String) throws
    {
        let answer = try RotationAnswer.read(secret(#"{"secret_id":"i","new_secret":"\#(planted)"\#(member)}"#)).get()
        #expect(answer.newSecret.text == planted)
        #expect(answer.revokeOldAt == nil)
    }

    @Test(arguments: [8, 256])
    func `[assumed] lengths and escapes of the secret are bounded and read`(count: Int) throws {
        let text = String(repeating: "x", count: count - 3)
        let read = try RotationAnswer.read(secret(answer(text + #"\/\u002B\\"#))).get()
        #expect(read.newSecret.text == text + "/+\\")
    }

    @Test(arguments: [
        "", "null", "[]", "<html>\(planted)</html>", String(whole.dropLast()), whole + "x",
        #"{"new_secret":"\#(planted)"}"#, #"{"secret_id":7,"new_secret":"\#(planted)"}"#,
        #"{"secret_id":"i"}"#, #"{"secret_id":"i","new_secret":null}"#, #"{"secret_id":"i","new_secret":["x"]}"#,
        #"{"secret_id":"i","new_secret":"\#(planted)","new_secret":"\#(planted)"}"#,
        answer("1234567"), answer(String(repeating: "x", count: 257)), answer("12345678\\n"),
        answer("PlantedSecret\u{e9}"), answer("PlantedSecret\\u0000"),
        answer(planted) + String(repeating: " ", count: RotationAnswer.limit),
    ]) func `an incomplete answer is refused, and the reason repeats no value`(body: String) {
        guard case .failure(let reason) = RotationAnswer.read(secret(body)) else {
            Issue.record("read")
            return
        }
        #expect(!reason.description.isEmpty && !reason.description.contains("Planted"))
    }

    @Test func `[assumed] one byte order mark is skipped, wherever the answer is read`() throws {
        #expect(try RotationAnswer.read(secret("\u{FEFF}" + whole)).get().newSecret.text == planted)
        #expect(!RotationAnswer.read(secret("\u{FEFF}\u{FEFF}" + whole)).isSuccess)
        #expect(RotationAnswer.salvage(secret("\u{FEFF}" + whole))?.text == planted)
    }

    @Test(arguments: [
        (#"{"new_secret":"\#(planted)"}"#, "the rotation answer has no 'secret_id'"),
        (#"{"secret_id":"i"}"#, "the rotation answer has no 'new_secret'"),
        (#"{"secret_id":"i","new_secret":["x"]}"#, "the rotation answer's 'new_secret' is not a string"),
        (answer("1234567"), "the rotation answer's 'new_secret' is too short, too long or not printable"),
    ]) func `a refusal names the member`(body: String, words: String) {
        guard case .failure(let reason) = RotationAnswer.read(secret(body)) else {
            Issue.record("read")
            return
        }
        #expect(reason.description == words)
    }

    @Test func `bytes that are not UTF-8 are refused, and the secret in them is still salvaged`() {
        var bytes = SecretBuffer()
        bytes.append(whole)
        bytes.append(0xFF)
        let box = SecretBox(bytes.finish())
        #expect(!RotationAnswer.read(box).isSuccess)
        #expect(RotationAnswer.salvage(box)?.text == planted)
    }

    @Test func `wherever the answer was cut, the secret is found if its closing quote arrived, and never half of it`()
        throws
    {
        let end = try #require(whole.firstRange(of: planted + "\"")?.upperBound)
        let needed = whole[..<end].utf8.count
        for count in 0...whole.utf8.count {
            let found = RotationAnswer.salvage(secret(String(whole.prefix(count))))
            #expect(found?.text == (count >= needed ? planted : nil), "cut after \(count) bytes")
        }
    }

    @Test(
        arguments: [
            (#"{"new_secret" :\#n\#t "\#(planted)", "x": tru"#, planted),
            (#"{"new_secret":"a\/b\u002Bcdef\"\\","#, #"a/b+cdef"\"#),
            (#"<html>"new_secret":"\#(planted)"</html>"#, planted),
            // An earlier one that is none does not hide it.
            (#"{"new_secret","new_secret":7,"new_secret":"short","new_secret":"\#(planted)""#, planted),
            // Only a member counts: inside a string, its name stands between escaped quotes.
            (#"{"message":"\"new_secret\":\"notthisone1\"","new_secret":"\#(planted)""#, planted),
            (#"{"message":"\"new_secret\":\"notthisone1\"""#, nil),
            (#"{"new_secret":"\#(planted)\"#, nil), (#"{"new_secret":"\#(planted)\""#, nil),
            (#"{"new_secret":"1234567","#, nil), (#"{"new_secret":"\u00"}"#, nil),
            (#"{"old_secret":"\#(planted)"}"#, nil), (#"{"new_secret":{"x":"\#(planted)"}}"#, nil), ("", nil),
        ] as [(String, String?)]) func `a secret is salvaged from an answer that cannot be read`(
            body: String, found: String?
        )
    {
        #expect(RotationAnswer.salvage(secret(body))?.text == found)
    }

    @Test(arguments: ["\"new_secret\":\"", "\"new_secret\":\"x\\\"", "\"new_secret\"", "\"new_secret", " ", "\\"])
    func `bodies made to be slow are read in time, and nothing is searched beyond 64 KiB`(piece: String) {
        let body = String(repeating: piece, count: 1_000_000 / piece.utf8.count) + whole
        #expect(RotationAnswer.salvage(secret(body)) == nil)
    }
}
