import Domain
import Foundation
import Glibc
import SecretMemory
import SocketAPI
import Testing

private let head = "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: application/json\r\n"
private let ok = head + "Content-Length: 15\r\n\r\n{\"status\":\"ok\"}"

/// What came of one `GET /v1/health`: the status and the body, or the error.
private func ask(_ server: CannedServer, limits: AnswerLimits = AnswerLimits(), within time: Duration = .seconds(30))
    -> Outcome
{
    do {
        let answer = try SocketClient(path: server.path, limits: limits).send(.get, "/v1/health", within: time)
        return .answer(answer.status, text(answer.body))
    } catch {
        return .error(error)
    }
}

private enum Outcome: Equatable {
    case answer(Int, String)
    case error(ClientError)
}

@Suite struct SocketClientTests {
    @Test func `a request has the form that the reader accepts, and the answer comes back`() throws {
        let server = try CannedServer(ok)
        #expect(ask(server) == .answer(200, "{\"status\":\"ok\"}"))
        let sent = server.request()
        #expect(
            sent == "GET /v1/health HTTP/1.1\r\nHost: keyturn\r\nKeyturn-Request: 1\r\nConnection: close\r\n\r\n")
        #expect(read(sent).requests.count == 1)
    }

    @Test func `a body and an entity tag go along`() throws {
        let server = try CannedServer("HTTP/1.1 204 No Content\r\n\r\n")
        let client = SocketClient(path: server.path)
        let answer = try client.send(
            .post, "/v1/apps/a/ack", body: GenerationReport(generation: 7).render(),
            unless: EntityTag(generation: 6, fingerprint: "0a"))
        #expect(answer.status == 204)
        #expect(answer.body.count == 0)
        let sent = server.request()
        #expect(
            read(sent).requests == [
                "POST /v1/apps/a/ack mark:1 tag:\"6-0a\" type:application/json closes:true body:{\"generation\":7}"
            ])
    }

    @Test func `the parts of an answer are found`() throws {
        let server = try CannedServer(
            "HTTP/1.1 503 Service Unavailable\r\ncontent-type:application/problem+json\r\nETag: \"7\"\r\nRetry-After: 3\r\n"
                + "Content-Length: 37\r\n\r\n{\"code\":\"locked\",\"detail\":\"it is so\"}")
        let answer = try SocketClient(path: server.path).send(.get, "/v1/health")
        #expect(answer.entityTag == "\"7\"")
        #expect(answer.retryAfter == 3)
        #expect(answer.problem == Problem(.locked, "it is so"))
        #expect(throws: ClientError.problem(Problem(.locked, "it is so"))) { try answer.document(HealthAnswer.self) }
    }

    @Test func `the client reads what the daemon renders`() throws {
        let app = try #require(Name("a"))
        let expected = AppsAnswer(apps: [.init(app: app, generation: 1, rotating: false)])
        let server = try CannedServer(text(Response(.ok).render(body: expected.render()), closing: true))
        let document = try SocketClient(path: server.path).send(.get, "/v1/apps").document(AppsAnswer.self)
        #expect(document == expected)
    }

    @Test func `an answer may come byte by byte`() throws {
        let server = try CannedServer(ok.utf8.map { [$0] })
        #expect(ask(server) == .answer(200, "{\"status\":\"ok\"}"))
    }

    @Test func `an answer of many megabytes arrives whole`() throws {
        let body = String(repeating: "x", count: 5_000_000)
        let server = try CannedServer(head + "Content-Length: 5000000\r\n\r\n" + body)
        #expect(ask(server) == .answer(200, body))
    }

    @Test(arguments: [0, 1, 8, 40, ok.utf8.count - 16, ok.utf8.count - 1])
    func `half an answer is no answer`(count: Int) throws {
        let server = try CannedServer([Array(ok.utf8.prefix(count))])
        #expect(ask(server) == .error(.closedEarly))
    }

    @Test(arguments: ["", "HTTP/1", head])
    func `a daemon that says nothing, or stops in the middle, is not waited for longer than asked`(start: String) throws
    {
        let server = try CannedServer(start, ending: .waitForClient)
        #expect(ask(server, within: .milliseconds(60)) == .error(.timedOut))
    }

    @Test func `a daemon that accepts no connection is not waited for longer than asked`() throws {
        let server = try CannedServer(ok)
        let path = server.directory + "/full"
        let listener = try CannedServer.listen(at: path, backlog: 0)
        defer { close(listener) }
        let client = SocketClient(path: path)
        for _ in 0..<2 {
            #expect(throws: ClientError.timedOut) { _ = try client.send(.get, "/v1/health", within: .milliseconds(60)) }
        }
        _ = ask(server)
    }

    @Test func `a daemon that answers before it has read everything is heard`() throws {
        let server = try CannedServer(
            "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n", ending: .closeUnread)
        let body = SecretBytes(copying: String(repeating: "x", count: 4_000_000))
        let answer = try SocketClient(path: server.path).send(.post, "/v1/x", body: body)
        #expect(answer.status == 413)
    }

    @Test(arguments: [
        head + "Content-Length: 1001\r\n\r\n", head + "Content-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 500))",
        head + String(repeating: "X: y\r\n", count: 100),
    ]) func `an answer that is too large is not stored`(answer: String) throws {
        var limits = AnswerLimits()
        limits.head = 500
        limits.body = 1_000
        let server = try CannedServer(answer, ending: .waitForClient)
        #expect(ask(server, limits: limits) == .error(.answerTooLarge))
    }

    @Test(arguments: [
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\n\(ok)", "HTTP/1.1 20 OK\r\n",
        "HTTP/1.1 2000 OK\r\n", "HTTP/1.1 +20 OK\r\n", "HTTP/1.1  200 OK\r\n", "HTTP/1.1 600 X\r\n", "\r\n\(ok)",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "200 OK\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{16}\u{3}\u{1}",
        "\u{0}",
        "HTTP/1.1 200 OK\r\n\r\n", head + "\r\n{}", head + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        head + "Content-Length: +2\r\n\r\n{}", head + "Content-Length: 02\r\n\r\n{}",
        head + "Content-Length: 2\r\n\r\n{}x",
        head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", head + "Content-Length : 2\r\n\r\n{}",
        head + " folded\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 204 No Content\r\n\r\n{}",
    ]) func `an answer that no daemon of ours would give is refused`(answer: String) throws {
        guard case .error(.malformedAnswer) = ask(try CannedServer(answer)) else {
            Issue.record("believed")
            return
        }
    }

    @Test(arguments: [
        head + "Content-Length: 2\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 204 No Content\r\n\r\n", head + "Content-Length: 0\r\n\r\n",
        "HTTP/1.1 500 X\r\nContent-Type: application/problem+json\r\nContent-Length: 2\r\n\r\n{}",
    ]) func `a document of another kind, or none, is refused`(text: String) throws {
        let server = try CannedServer(text)
        let answer = try SocketClient(path: server.path).send(.get, "/v1/health")
        do throws(ClientError) {
            _ = try answer.document(HealthAnswer.self)
            Issue.record("believed")
        } catch {
            guard case .malformedAnswer = error else {
                Issue.record("\(error)")
                return
            }
        }
    }

    @Test func `a missing socket, a dead one and an impossible one are told apart`() throws {
        let server = try CannedServer(ok)
        func error(_ path: String) -> ClientError? {
            do throws(ClientError) {
                _ = try SocketClient(path: path).send(.get, "/v1/health")
                return nil
            } catch { return error }
        }
        let missing = server.directory + "/none"
        #expect(error(missing) == .notRunning(path: missing))
        #expect(error(server.path + "/x") == .notRunning(path: server.path + "/x"))
        #expect(error("") == .notRunning(path: ""))
        let dead = server.directory + "/dead"
        close(try CannedServer.listen(at: dead))
        #expect(error(dead) == .notListening(path: dead))
        let long = "/" + String(repeating: "a", count: 107)
        #expect(error(long) == .pathTooLong(path: long))
        #expect(error(String(long.dropLast())) == .notRunning(path: String(long.dropLast())))
        #expect(error(missing)?.description == "the daemon is not running: there is no socket at \(missing)")
        _ = ask(server)
    }

    @Test(.enabled(if: geteuid() != 0, "root may open every socket"))
    func `a socket that this user may not open is named as that`() throws {
        let server = try CannedServer(ok)
        unsafe chmod(server.path, 0)
        #expect(ask(server) == .error(.permissionDenied(path: server.path)))
        unsafe chmod(server.path, 0o600)
        _ = ask(server)
    }

    @Test func `every refusal ends the command with the documented status`() {
        #expect(ProblemCode.notFound.exitStatus.rawValue == 66)
        #expect(ProblemCode.locked.exitStatus.rawValue == 69)
        #expect(ProblemCode.busy.exitStatus.rawValue == 75)
        #expect(ProblemCode.notGranted.exitStatus.rawValue == 77)
        #expect(ProblemCode.upstreamFailed.exitStatus.rawValue == 79)
        #expect(ClientError.notRunning(path: "/x").exitStatus.rawValue == 69)
        #expect(ClientError.notListening(path: "/x").exitStatus.rawValue == 69)
        #expect(ClientError.permissionDenied(path: "/x").exitStatus.rawValue == 77)
        #expect(ClientError.problem(Problem(.conflict, "x")).exitStatus.rawValue == 65)
    }
}
