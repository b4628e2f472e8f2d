import Foundation
import TestSupport
import Testing

/// Who is refused in the middle of its request is told so, and not that the connection was reset.
@Suite(.realProcesses) struct RefusalReadTests {
    private struct Refusal {
        let status: Int
        let arguments: [String]
        let path: String

        init(_ status: Int, _ arguments: [String], path: String = "/v1/apps/zoom-prod/ack") {
            (self.status, self.arguments, self.path) = (status, arguments, path)
        }
    }

    private static let refusals = [
        Refusal(413, []), Refusal(413, ["-H", "Transfer-Encoding: chunked"]),
        Refusal(413, ["-H", "Connection: close"]),
        Refusal(431, ["-H", "X-Fill: " + String(repeating: "x", count: 9_000)]),
        Refusal(414, [], path: "/v1/" + String(repeating: "a", count: 3_000)),
        Refusal(400, ["--path-as-is"], path: "/v1/../apps"), Refusal(400, ["-X", "GET"]),
        Refusal(400, ["-H", "Host: a/b"]), Refusal(505, ["--http1.0"]), Refusal(501, ["-X", "STEAL"]),
    ]

    @Test func `curl prints the status of a refusal`() throws {
        try withWorld { world in
            let body = world.directory + "/body"
            try Data(repeating: UInt8(ascii: "b"), count: 1 << 20).write(to: URL(filePath: body))
            for socket in [world.agent, world.admin] {
                for refusal in Self.refusals {
                    for _ in 0..<5 {
                        let curl = try world.runner.run(
                            "curl",
                            [
                                "-sS", "--max-time", "60", "--unix-socket", socket, "-o", "/dev/null", "-w",
                                "%{http_code}",
                                "-H", "Keyturn-Request: 1", "-H", "Expect:", "--data-binary", "@" + body,
                            ] + refusal.arguments + ["http://keyturn" + refusal.path])
                        #expect(curl.exit == 0 && curl.output == "\(refusal.status)", "\(curl)")
                    }
                }
            }
            #expect(world.isHealthy)
        }
    }

    @Test func `bytes sent behind a refusal are accepted, and the connection ends in order`() throws {
        try withWorld { world in
            let connection = try Connection(to: world.agent)
            try connection.send("POST /v1/apps HTTP/1.1\r\nHost: k\r\nContent-Length: 4194304\r\n\r\n")
            #expect(try connection.answer().status == 413)
            var sent = 0
            let piece = [UInt8](repeating: UInt8(ascii: "b"), count: 65_536)
            try eventually("all of it to be taken") { () throws -> Bool in
                let count = connection.push(piece[...])
                if count == 0 { throw HarnessError("reset after \(sent) bytes") }
                sent += max(count, 0)
                return sent >= 4_194_304
            }
            #expect(connection.isClosed())
            // Who goes on for ever is not read for ever.
            let endless = try Connection(to: world.agent)
            try endless.send("nonsense\r\n")
            #expect(try endless.answer().status == 400)
            try eventually("the end of the patience") { endless.push(Array("more".utf8)[...]) == 0 }
            #expect(world.isHealthy)
        }
    }
}
