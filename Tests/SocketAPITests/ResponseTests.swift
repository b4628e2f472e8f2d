import Domain
import SecretMemory
import SocketAPI
import Testing

@Suite struct ResponseTests {
    @Test func `an answer with a body says its type, its length and that it must not be stored`() {
        var response = Response(.ok)
        response.tag = EntityTag(generation: 7, fingerprint: "0a")
        #expect(
            text(response.render(body: SecretBytes(copying: "{}")))
                == "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nETag: \"7-0a\"\r\n"
                + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    }

    @Test func `the last answer of a connection says so, and is otherwise the same`() {
        let response = Response(.ok).render(body: SecretBytes(copying: "{}"))
        let (open, closing) = (text(response), text(response, closing: true))
        #expect(closing == open.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
        #expect(text(response, headAlone: true) + "{}" == open)
        #expect(text(response, headAlone: true, closing: true) + "{}" == closing)
    }

    @Test(arguments: [Status.noContent, .notModified])
    func `204 and 304 have neither body nor length`(status: Status) {
        var response = Response(status)
        response.tag = EntityTag(generation: 3, fingerprint: "0b")
        let expected =
            "HTTP/1.1 \(status.rawValue) \(status.reason)\r\nCache-Control: no-store\r\nETag: \"3-0b\"\r\n\r\n"
        #expect(text(response.render()) == expected)
        #expect(text(response.render(body: SecretBytes(copying: "secret"))) == expected)
    }

    @Test func `an empty answer has the length 0`() {
        #expect(
            text(Response(.accepted).render())
                == "HTTP/1.1 202 Accepted\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n")
    }

    @Test func `a problem goes out with its status, its words and its retry time`() {
        let problem = Problem(.tooManyRequests, "more than 100 requests a second", try: "ask less often")
        #expect(
            text(Response.rendering(problem, retryAfter: 2))
                == "HTTP/1.1 429 Too Many Requests\r\nCache-Control: no-store\r\nRetry-After: 2\r\n"
                + "Content-Type: application/problem+json\r\nContent-Length: 251\r\n\r\n"
                + #"{"type":"urn:keyturn:problem:too_many_requests","title":"#
                + #""too many requests, connections or waits for this client, or too many wrong passphrases","status":429,"#
                + #""detail":"more than 100 requests a second","code":"too_many_requests","try":"ask less often"}"#)
    }

    @Test func `a 405 says which methods there are`() {
        let problem = Problem(.methodNotAllowed, "this is only read")
        #expect(text(Response.rendering(problem, allow: [.get])).contains("\r\nAllow: GET\r\n"))
        var particular = problem
        particular.allow = [.post, .delete]
        #expect(text(Response.rendering(particular, allow: [.get])).contains("\r\nAllow: POST, DELETE\r\n"))
    }

    @Test(arguments: [false, true]) func `an answer says when it was sent`(closing: Bool) {
        let response = Response(.ok).render(body: SecretBytes(copying: "{}"))
        var date = DateField()
        for (second, said) in [(784_111_777, "Sun, 06 Nov 1994 08:49:37"), (784_111_778, "Sun, 06 Nov 1994 08:49:38")] {
            date.turn(to: second)
            let end = (closing ? "Connection: close\r\n" : "") + "\r\n"
            #expect(
                text(response, closing: closing, date: date)
                    == text(response).replacing("\r\n\r\n", with: "\r\nDate: \(said) GMT\r\n\(end)"))
        }
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (-86_400, "Wed, 31 Dec 1969 00:00:00 GMT"), (951_827_696, "Tue, 29 Feb 2000 12:34:56 GMT"),
        (1_795_996_799, "Sun, 29 Nov 2026 23:59:59 GMT"), (4_102_444_800, "Fri, 01 Jan 2100 00:00:00 GMT"),
    ]) func `a date is written in HTTP's form`(second: Int, text: String) {
        #expect(DateField.text(Timestamp(unixSeconds: second)) == text)
    }

    @Test func `a stream's head has no length, and says that chunks follow at once`() {
        #expect(
            text(Response.eventStreamHead(), closing: true)
                == "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: text/event-stream\r\n"
                + "Transfer-Encoding: chunked\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n")
    }

    @Test(arguments: ProblemCode.allCases)
    func `every code is stable, named once, and reads back as it was written`(code: ProblemCode) throws {
        for hint in [nil, "try \"this\"\n"] {
            let problem = Problem(code, "what \u{E9} happened", try: hint)
            #expect(try Problem(parsing: problem.render()) == problem)
        }
        #expect(code.status.rawValue >= 400)
        #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
        #expect(code.advice.detail.first?.isLowercase == true || code.advice.detail.hasPrefix("Zoom "))
        #expect(code.advice.detail.last != ".")
    }

    @Test(arguments: [
        "", "{}", "[]", #"{"code":"locked"}"#, #"{"code":"unheard_of","detail":"x"}"#, #"{"code":1,"detail":"x"}"#,
        #"{"code":"locked","detail":"x","try":1}"#,
    ]) func `a document that is no problem is not read as one`(document: String) {
        #expect((try? Problem(parsing: SecretBytes(copying: document))) == nil)
    }
}
