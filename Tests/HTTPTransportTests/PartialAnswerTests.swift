import HTTPTestSupport
import HTTPTransport
import SecretMemory
import Testing

extension TransportFailure {
    fileprivate var partialText: String? {
        partial.map { $0.bytes.withSpan { String(decoding: $0.array, as: UTF8.self) } }
    }
}

@Suite struct PartialAnswerTests {
    private func failure(
        _ reply: LoopbackServer.Reply, _ limits: HTTPLimits = HTTPLimits()
    ) async throws -> TransportFailure? {
        let server = try LoopbackServer { _ in reply }
        defer { server.stop() }
        let request = HTTPRequest(.post, try EndpointURL(server.url), limits: limits, isRepeatable: false)
        return await HTTPTransportTests.failure(try transport(), request)
    }

    @Test(
        arguments: [
            ("HTTP/1.1 201 OK\r\nContent-Length: 10\r\n\r\nhalf", "half"),
            ("HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nha\r\n5\r\nlf", "half"),
            ("HTTP/1.1 201 OK\r\nContent-Length: 10\r\n\r\n", nil), ("HTTP/1.1 201 OK\r\nContent-Le", nil), ("", nil),
        ] as [(String, String?)], [Int.max, 1]) func `a cut body is handed out as far as it came`(
            answer: (bytes: String, partial: String?), pieces: Int
        ) async throws
    {
        let failure = try await failure(.sendAndClose(answer.bytes, pieces: pieces))
        #expect(failure?.kind == .cut)
        #expect(failure?.partialText == answer.partial)
    }

    @Test(arguments: [9, 100, 20_000, 70_000])
    func `of a body beyond the limit, exactly the limit is handed out`(limit: Int) async throws {
        let reply = LoopbackServer.Reply.sendAndClose("HTTP/1.1 201 OK\r\n\r\nbeginning", filler: 100_000)
        let failure = try await failure(reply, HTTPLimits(body: limit))
        #expect(failure?.kind == .tooLarge)
        #expect(failure?.partialText == "beginning" + String(repeating: "x", count: limit - 9))
    }

    @Test func `a server that stops in the middle yields the part that arrived`() async throws {
        let reply = LoopbackServer.Reply.send("HTTP/1.1 201 OK\r\nContent-Length: 10\r\n\r\nhalf")
        let failure = try await failure(reply, HTTPLimits(total: .seconds(2)))
        #expect(failure?.kind == .timedOut)
        #expect(failure?.partialText == "half")
    }

    @Test func `the part that arrived never shows in a text, and counts for equality`() {
        func failed(_ partial: String?) -> TransportFailure {
            TransportFailure(
                .cut, .ambiguous, detail: "d", partial: partial.map { SecretBox(SecretBytes(copying: $0)) })
        }
        let failure = failed("PlantedSecret")
        #expect(!"\(failure) \(String(reflecting: failure))".contains("Planted"))
        #expect(failure == failed("PlantedSecret"))
        #expect(failure != failed("PlantedSecreT"))
        #expect(failure != failed(nil))
        #expect(failed(nil) == failed(nil))
        #expect(failed(nil) != TransportFailure(.cut, .notSent, detail: "d"))
    }
}
