import Foundation
import TestSupport
import Testing

/// Requests made to confuse, byte for byte over the socket.
@Suite(.realProcesses) struct ConfusingRequestTests {
    @Test func `each confusing request is refused and harms nothing`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            for row in ConfusingRequest.all {
                for bitByBit in [false, true] where !bitByBit || row.bytes.count < 300 {
                    let connection = try Connection(to: world.agent)
                    for part in bitByBit ? row.bytes.map({ [$0] }) : [row.bytes] { try connection.send(part) }
                    let answer = try connection.answer()
                    #expect(answer.status == row.status, "\(row.name)")
                    #expect(answer.header("Content-Type") == "application/problem+json", "\(row.name)")
                    #expect(try answer.json["status"].int == row.status, "\(row.name)")
                    #expect(!answer.text.contains(app.secret), "\(row.name)")
                    #expect((answer.header("Connection") == "close") == row.closes, "\(row.name)")
                    if row.closes {
                        #expect(connection.isClosed(), "\(row.name)")
                    } else {
                        try connection.send(request("GET", "/v1/health"))
                        #expect(try connection.answer().status == 200, "\(row.name)")
                    }
                }
                #expect(world.isHealthy, "after \(row.name)")
            }
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"])
    func `a method that is not served is answered with those that are`(_ method: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            for path in ["/v1/health", "/v1/apps", "/v1/apps/zoom-prod/credentials", "/v1/apps/zoom-prod/token"] {
                let connection = try Connection(to: world.agent)
                try connection.send(request(method, path))
                let answer = try connection.answer()
                #expect(answer.status == 405 && answer.code == "method_not_allowed", "\(path)")
                // CONNECT names no path: all methods of the socket are named.
                #expect(answer.header("Allow") == (method == "CONNECT" ? "GET, HEAD, POST" : "GET, HEAD"), "\(path)")
            }
            #expect(world.isHealthy)
        }
    }

    @Test func `HEAD is served where GET is`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod")
            try world.must("client", "remove", "tests", "--yes")
            try world.must("client", "add", "tests", "--uid", "\(geteuid())", "--allow", "zoom-prod:credentials")
            for (path, socket) in [
                ("/v1/health", world.agent), ("/v1/apps", world.agent), ("/v1/apps/zoom-prod/credentials", world.agent),
                ("/v1/apps/none/credentials", world.agent), ("/v1/status", world.admin),
            ] {
                let connection = try Connection(to: socket)
                try connection.send(request("HEAD", path))
                let head = try connection.answer(toHead: true)
                try connection.send(request("GET", path))
                let whole = try connection.answer()
                #expect(head.status == whole.status && head.header("ETag") == whole.header("ETag"), "\(path)")
                #expect(head.header("Content-Type") == whole.header("Content-Type"), "\(path)")
                #expect(head.header("Date") != nil && whole.header("Date") != nil, "\(path)")
                if path != "/v1/status" { #expect(head.header("Content-Length") == "\(whole.body.count)", "\(path)") }
            }
            // curl's own way to ask for a head.
            let curl = try world.curl("/v1/apps/zoom-prod/credentials", ["X-Note: \u{E9}"])
            let head = try world.runner.run(
                "curl",
                [
                    "-sI", "--max-time", "60", "--unix-socket", world.agent, "-H", "Keyturn-Request: 1",
                    "http://keyturn/v1/apps/zoom-prod/credentials",
                ])
            #expect(curl.status == 200 && head.exit == 0 && head.output.hasPrefix("HTTP/1.1 200 "))
            #expect(!head.output.contains(app.secret))
        }
    }

    @Test func `chunked bodies and absolute URLs as targets are accepted`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            for fields in [
                ["--data-binary", "{\"generation\":1}"],
                ["-H", "Transfer-Encoding: chunked", "-d", "{\"generation\":1}"],
            ] {
                let answer = try world.runner.run(
                    "curl",
                    [
                        "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "--unix-socket", world.agent,
                        "-H",
                        "Keyturn-Request: 1", "-H", "Content-Type: application/json",
                    ] + fields + ["http://keyturn/v1/apps/zoom-prod/ack"])
                #expect(answer.exit == 0 && answer.output == "204")
            }
            let whole = try world.get("http://anything:80/v1/apps")
            #expect(try whole.status == 200 && whole.text == world.get("/v1/apps").text)
        }
    }

    @Test func `bytes that follow a refused request are never read`() throws {
        try withWorld { world in
            let smuggled = request("POST", "/v1/lock")
            let bait = "POST /v1/unlock HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\n"
            for field in [
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}\n",
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\n0\r\n\r\n",
                "Content-Length: 1\r\n X: y\r\n\r\n",
            ] {
                let connection = try Connection(to: world.admin)
                try connection.send(bait + field + smuggled)
                #expect(try connection.answer().status == 400)
                #expect(connection.isClosed())
            }
            // A body is a body, whatever it looks like.
            let connection = try Connection(to: world.admin)
            try connection.send(request("POST", "/v1/unlock", body: smuggled) + request("GET", "/v1/health"))
            #expect(try connection.answer().status == 400)
            #expect(try connection.answer().text == #"{"status":"ok"}"#)
        }
    }

    @Test func `pipelined requests are answered in order`() throws {
        try withWorld { world in
            let app = try world.addApp("zoom-prod", verify: false)
            let tag = try #require(try world.get("/v1/apps/zoom-prod/credentials").header("ETag"))
            try world.sandbox.fault("delay", #","delay_ms":300"#)
            let connection = try Connection(to: world.agent)
            try connection.send(
                request("GET", "/v1/apps/zoom-prod/token") + request("GET", "/v1/apps/zoom-prod/credentials/client_id")
                    + request("GET", "/v1/apps/zoom-prod/credentials", ["If-None-Match: \(tag)"])
                    + request("GET", "/v1/nothing") + request("GET", "/v1/health", ["Connection: close"])
                    + request("GET", "/v1/health"))
            #expect(try connection.answer().json["access_token"].kind == .string)
            #expect(try connection.answer().json["value"].string == app.clientID)
            #expect(try connection.answer().status == 304)
            #expect(try connection.answer().status == 404)
            let last = try connection.answer()
            #expect(last.status == 200 && last.header("Connection") == "close")
            #expect(connection.isClosed())
            #expect(throws: HarnessError.self, "nothing is answered behind the end") { try connection.answer() }
        }
    }

    @Test func `a client that closed its sending half still gets its answers`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            try world.sandbox.fault("delay", #","delay_ms":300"#)
            let connection = try Connection(to: world.agent)
            try connection.send(request("GET", "/v1/apps/zoom-prod/token") + request("GET", "/v1/health"))
            connection.finish()
            #expect(try connection.answer().status == 200)
            #expect(try connection.answer().text == #"{"status":"ok"}"#)
            #expect(connection.isClosed())
        }
    }

    @Test func `a body that is no JSON document is refused`() throws {
        let bodies = [
            "", "null", "[]", "7", "{}", "{", "\u{FEFF}{}", #"{'passphrase':'a'}"#, #"{"passphrase":7}"#,
            #"{"passphrase":"a","passphrase":"b"}"#, #"{"passphrase":"a","recovery_key":"b"}"#,
            #"{"passphrase":"a","extra":true}"#, #"{"passphrase":"\ud800"}"#, #"{"passphrase":"a"} {"passphrase":"a"}"#,
            #"{"passphrase":"a",}"#, #"{"passphrase":1e999999}"#, "{\"passphrase\":\"\0\"}",
            String(repeating: "[", count: 60_000), String(repeating: #"{"a":"#, count: 10_000),
        ]
        try withWorld { world in
            for body in bodies {
                for path in ["/v1/unlock", "/v1/apps", "/v1/clients"] {
                    let answer = try world.ask("POST", path, body: body)
                    #expect(answer.status == 400 && answer.code == "bad_request", "\(path): \(body.prefix(50))")
                }
            }
            let large = try world.ask("POST", "/v1/apps", body: String(repeating: " ", count: 70_000))
            #expect(large.status == 413 && large.code == "payload_too_large")
            #expect(world.isHealthy)
        }
    }

    @Test func `a body of another type is refused`() throws {
        try withWorld { world in
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/json5"] {
                let connection = try Connection(to: world.admin)
                try connection.send(
                    "POST /v1/clients HTTP/1.1\r\nHost: k\r\nKeyturn-Request: 1\r\nContent-Type: \(type)\r\n"
                        + "Content-Length: 2\r\n\r\n{}")
                #expect(try connection.answer().status == 415, "\(type)")
            }
        }
    }

    @Test func `random bytes harm nothing`() throws {
        try withWorld { world in
            try world.addApp("zoom-prod", verify: false)
            var chance = Dice(2_026)
            let whole = Array(request("GET", "/v1/apps/zoom-prod/credentials").utf8)
            for _ in 0..<300 {
                var bytes = Bool.random(using: &chance) ? chance.bytes(.random(in: 1...400, using: &chance)) : whole
                for _ in 0..<Int.random(in: 0...3, using: &chance) {
                    bytes[.random(in: bytes.indices, using: &chance)] = .random(in: 0...255, using: &chance)
                }
                for path in [world.agent, world.admin] {
                    let connection = try Connection(to: path)
                    try connection.send(bytes)
                    connection.finish()
                    #expect(connection.isClosed())
                }
            }
            #expect(world.isHealthy)
            #expect(try world.daemon.child.isRunning)
        }
    }
}
