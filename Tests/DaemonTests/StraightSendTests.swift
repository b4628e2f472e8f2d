import Dispatch
import Foundation
import Glibc
import NIOCore
import NIOPosix
import SecretMemory
import SocketAPI
import TestSupport
import Testing
import Vault

@testable import Daemon

/// Answers with as many letters as the path says.
private struct Letters: Responder {
    let methods = [Method.get]

    func needs(of caller: Identity) -> IdentityNeeds { [] }

    func respond(to request: Request, from caller: Identity) -> Reply {
        let count = Int(request.target.path.dropFirst()) ?? 0
        return .now(Response(.ok).render(body: SecretBytes(copying: Self.body(count))))
    }

    static func body(_ count: Int) -> String {
        String(decoding: (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }, as: UTF8.self)
    }
}

/// With real sockets: an embedded channel has none.
@Suite struct StraightSendTests {
    /// Two ends of a connection.
    private static func pair() throws -> (ours: CInt, theirs: CInt) {
        var ends: [CInt] = [0, 0]
        try #require(unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    private static func connect(_ descriptor: CInt, on loop: any EventLoop) async throws -> any Channel {
        try await ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ConnectionHandler(
                        responder: Letters(), caller: Identity(uid: 1, gid: 1, pid: 1), limits: .init(),
                        table: ConnectionTable())
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .withConnectedSocket(descriptor).get()
    }

    private static func request(_ count: Int, _ fields: String = "") -> String {
        "GET /\(count) HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n\(fields)\r\n"
    }

    /// Writes all, and reads to the end.
    private static func exchange(_ requests: String, on socket: CInt) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let bytes = Array(requests.utf8)
                var answer: [UInt8] = []
                if unsafe write(socket, bytes, bytes.count) == bytes.count {
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    while case let got = unsafe read(socket, &buffer, buffer.count), got > 0 {
                        answer += buffer[..<got]
                    }
                }
                continuation.resume(returning: String(decoding: answer, as: UTF8.self))
            }
        }
    }

    private static func bodies(_ answers: String) -> [String] {
        answers.components(separatedBy: "HTTP/1.1 200 OK\r\n").dropFirst()
            .map { $0.components(separatedBy: "\r\n\r\n").dropFirst().joined() }
    }

    /// What comes for answers of these lengths, of which the last ends the connection.
    private static func answers(_ counts: [Int]) async throws -> [String] {
        let (ours, theirs) = try pair()
        defer { Glibc.close(theirs) }
        _ = try await connect(ours, on: MultiThreadedEventLoopGroup.singleton.next())
        let requests = counts.dropLast().map { request($0) } + [request(counts.last ?? 0, "Connection: close\r\n")]
        return bodies(await exchange(requests.joined(), on: theirs))
    }

    /// The socket takes some 200 KiB at once.
    @Test(arguments: [0, 10, 100_000, 3_000_000])
    func `an answer comes whole, however much of it the kernel takes at once`(count: Int) async throws {
        #expect(try await Self.answers([count]) == [Letters.body(count)])
        #expect(try await Self.answers([count, 0]) == [Letters.body(count), ""])
    }

    @Test func `what is asked meanwhile comes behind it, in its order`() async throws {
        let counts = [3, 1_000_000, 5, 400_000, 0, 7]
        #expect(try await Self.answers(counts) == counts.map(Letters.body))
    }

    @Test func `nothing goes to a descriptor that came to be another's`() async throws {
        // Other tests open files meanwhile, and one of them may have been given the number.
        for _ in 0..<50 {
            let (ours, theirs) = try Self.pair()
            defer { Glibc.close(theirs) }
            let loop = MultiThreadedEventLoopGroup.singleton.next()
            let channel = try await Self.connect(ours, on: loop)
            let (one, other, sent) = try await loop.submit {
                let context = try channel.pipeline.syncOperations.context(handlerType: ConnectionHandler.self)
                let straight = try #require(StraightSend(context))
                channel.close(promise: nil)
                // The lowest number that is free.
                let (one, other) = try Self.pair()
                let secret = Array("secret".utf8)
                return (one, other, straight.send(unsafe secret.span.bytes, on: channel))
            }.get()
            defer {
                Glibc.close(one)
                Glibc.close(other)
            }
            #expect(sent == 0)
            var byte: UInt8 = 0
            for descriptor in [one, other] {
                #expect(unsafe recv(descriptor, &byte, 1, CInt(MSG_DONTWAIT)) == -1)
            }
            if [one, other].contains(ours) { return }
        }
        Issue.record("the number was never given again: this showed nothing")
    }
}
