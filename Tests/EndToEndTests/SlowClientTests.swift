import Foundation
import TestSupport
import Testing

/// Clients that are slow, silent, or do not listen: they hold up nobody but themselves.
@Suite(.realProcesses) struct SlowClientTests {
    private static let credentials = request("GET", "/v1/apps/zoom-prod/credentials")

    @Test func `a silent client is closed in time and holds up no other`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            // Longer than this test waits: the limit for idle connections is not what closes them.
            try world.start(environment: ["KEYTURN_SERVER_IDLE_TIMEOUT": "600"])
            try world.admitEverything()
            try world.addApp("zoom-prod")
            let started = ContinuousClock.now
            let silent = try Crowd.connect(50, to: world.agent)
            let half = try Crowd.connect(200, to: world.agent)
            for connection in half { try connection.send(String(Self.credentials.dropLast(2))) }
            let second = try Crowd.connect(20, to: world.agent)
            for connection in second {
                try connection.send(Self.credentials + "GET /v1/hea")
                #expect(try connection.answer().status == 200)
            }
            let drip = try Connection(to: world.agent)

            var meanwhile = 0
            var dripped = 0
            let all = [("silent", silent), ("half a request", half), ("half a second request", second)]
            try eventually("all of them to be closed") { () throws -> Bool in
                // One byte now and then is no request in time.
                if !drip.isAtEnd, dripped < Self.credentials.utf8.count - 4 {
                    _ = drip.push([Array(Self.credentials.utf8)[dripped]])
                    dripped += 1
                }
                #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
                drip.receive(seconds: 0.1)
                for (what, connections) in all {
                    for connection in connections where !connection.isAtEnd { connection.receive(seconds: 0) }
                    let early = ContinuousClock.now - started < .seconds(9) && connections.contains(where: \.isAtEnd)
                    #expect(!early, "\(what) had no time")
                }
                if !all.flatMap(\.1).contains(where: \.isAtEnd) { meanwhile += 1 }
                return (all.flatMap(\.1) + [drip]).allSatisfy(\.isAtEnd)
            }
            #expect(meanwhile > 2, "who asks is answered before the silent are gone")
        }
    }

    @Test func `a client that never reads is not read from`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let deaf = try Connection(to: world.agent)
            let requests = Array(String(repeating: Self.credentials, count: 2_000).utf8)[...]
            var (accepted, asked, memory) = (0, 0, 0)
            try eventually("it to be closed") { () throws -> Bool in
                var count = 1
                while count > 0, accepted < 64 << 20 {
                    count = deaf.push(requests.dropFirst(accepted % requests.count))
                    accepted += max(count, 0)
                }
                memory = max(memory, try world.memory())
                #expect(try world.get("/v1/apps/zoom-prod/token").status == 200)
                asked += count < 0 ? 1 : 0
                return count >= 0
            }
            #expect(accepted > Self.credentials.utf8.count * 500, "it was served as long as it could be")
            #expect(accepted < 8 << 20, "the daemon goes on reading from who does not read")
            #expect(memory < 400 << 20)
            #expect(asked > 2 && world.isHealthy, "others are served meanwhile")
        }
    }

    @Test func `a client that reads late gets every answer in order`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            let late = try Connection(to: world.agent)
            let pair =
                request("GET", "/v1/apps/zoom-prod/credentials/client_id") + request("GET", "/v1/apps/zoom-prod/token")
            var rest = Array(String(repeating: pair, count: 3_000).utf8)[...]
            var answers = 0
            while answers < 6_000 {
                while !rest.isEmpty {
                    let count = late.push(rest)
                    if count <= 0 { break }
                    rest = rest.dropFirst(count)
                }
                let json = try late.answer().json
                if answers % 2 == 0 {
                    #expect(json["value"].string == app.clientID)
                } else {
                    #expect(json["access_token"].kind == .string)
                }
                answers += 1
            }
            #expect(rest.isEmpty)
        }
    }

    @Test func `a client that is idle between requests is closed after the configured time`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            try world.start(environment: ["KEYTURN_SERVER_IDLE_TIMEOUT": "3"])
            let idle = try Connection(to: world.agent)
            let busy = try Connection(to: world.agent)
            try idle.send(request("GET", "/v1/health"))
            #expect(try idle.answer().status == 200)
            try eventually("the idle one to be closed") { () throws -> Bool in
                try busy.send(request("GET", "/v1/health"))
                #expect(try busy.answer().status == 200)
                idle.receive(seconds: 0.1)
                return idle.isAtEnd
            }
        }
    }
}

extension World {
    /// Bytes of memory that the daemon has in use.
    func memory() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(daemon.child.pid)/status", encoding: .utf8)
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { throw HarnessError("the daemon's memory is not known") }
        return number * 1_024
    }
}
