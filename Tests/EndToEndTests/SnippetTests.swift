import Foundation
import TestSupport
import Testing

/// What docs/agent-socket.md shows of programs and proxies, taken from the page and run against a real daemon.
@Suite(.realProcesses) struct SnippetTests {
    /// What a program says that does what the page says it does; events of other apps and moments apart.
    private static let said = ["generation 1", "status 304", "rotated", "generation 2", "current 2"]

    @Test(.enabled(if: Files.exists("/usr/bin/curl"), "curl is not here"))
    func `the bash client of the page works as written`() throws {
        try run(try Page.block("bash"), ["/bin/bash"], as: "client.sh")
    }

    @Test(.enabled(if: Files.exists("/usr/bin/python3"), "python3 is not here"))
    func `the Python client of the page works as written`() throws {
        try run(try Page.block("python", with: "http.client"), ["/usr/bin/python3"], as: "client.py")
    }

    private static let hasRequests: Bool = {
        let runner = try? Runner(directory: NSTemporaryDirectory() + UUID().uuidString, environment: [:])
        defer { try? FileManager.default.removeItem(atPath: runner?.directory ?? "") }
        return (try? runner?.run("/usr/bin/python3", ["-c", "import requests"]))?.exit == 0
    }()

    @Test(.enabled(if: hasRequests, "requests is not here: apt-get install python3-requests"))
    func `the client of the page for Python's requests works as written`() throws {
        try run(try Page.block("python", with: "import requests"), ["/usr/bin/python3"], as: "client.py")
    }

    @Test(.enabled(if: Java.fit.contains(where: \.hasCompiler), "no JDK of version 16 or newer is here"))
    func `the Java client of the page works as written`() throws {
        let java = try #require(Java.fit.first { $0.hasCompiler })
        try run(try Page.block("java"), [java.program], as: "Keyturn.java")
    }

    @Test(.enabled(if: Programs.isOnThePath("go"), "go is not here: apt-get install golang-go"))
    func `the Go client of the page works as written`() throws {
        try run(try Page.block("go"), ["go", "run"], as: "client.go")
    }

    @Test(.enabled(if: Programs.isOnThePath("node"), "node is not here: apt-get install nodejs"))
    func `the Node.js client of the page works as written`() throws {
        try run(try Page.block("javascript"), ["node"], as: "client.js")
    }

    @Test(.enabled(if: Programs.isOnThePath("ruby"), "ruby is not here: apt-get install ruby"))
    func `the Ruby client of the page works as written`() throws {
        try run(try Page.block("ruby"), ["ruby"], as: "client.rb")
    }

    /// Starts the program, and rotates once it listens.
    private func run(_ text: String, _ command: [String], as name: String) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let file = world.directory + "/" + name
            try Page.placed(text, in: world).write(toFile: file, atomically: true, encoding: .utf8)
            let client = try world.runner.start(command[0], command.dropFirst() + [file])
            try eventually("the program to listen") {
                guard client.child.isRunning else { throw HarnessError("it ended: \(try client.outcome())") }
                return try String(contentsOfFile: client.output, encoding: .utf8).contains("event state\n")
            }
            try world.must("rotate", "zoom-prod")
            let outcome = try client.outcome()
            let lines = outcome.output.split(separator: "\n").filter { !$0.hasPrefix("event ") }
            #expect(outcome.exit == 0 && lines.map(String.init) == Self.said, "\(outcome)")
            let holders = try world.must("holders", "zoom-prod", "--json").output
            #expect(!holders.isEmpty)
        }
    }

    // MARK: Proxies

    private static let mayBeOthers = ConditionTrait.enabled(
        if: OtherUser.mayBe, "a proxy of our own user shows nothing")

    @Test(
        mayBeOthers,
        .enabled(if: Files.exists("/usr/sbin/nginx"), "nginx is not here: apt-get install nginx-light"))
    func `the nginx configuration of the page works as written`() throws {
        try proxied("nginx") { world, configuration in
            let whole = """
                user nobody nogroup; pid \(world.directory)/nginx.pid; error_log stderr; daemon off;
                events {}
                http { \(configuration) }
                """
            return (whole, "/usr/sbin/nginx", ["-e", "stderr", "-c"])
        }
    }

    @Test(mayBeOthers, .enabled(if: Files.exists("/usr/sbin/haproxy"), "haproxy is not here: apt-get install haproxy"))
    func `the HAProxy configuration of the page works as written`() throws {
        try proxied("haproxy") { _, configuration in
            ("global\n    user nobody\n    group nogroup\n" + configuration, "/usr/sbin/haproxy", ["-db", "-f"])
        }
    }

    private func proxied(
        _ language: String, _ wrapped: (World, String) -> (text: String, program: String, arguments: [String])
    ) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            let socket = world.directory + "/proxy.sock"
            let (text, program, arguments) = wrapped(world, Page.placed(try Page.block(language), in: world))
            let file = world.directory + "/" + language
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let proxy = try world.runner.start(program, arguments + [file])
            defer {
                proxy.child.signal(SIGTERM)  // its workers go with it, which they do not when it is killed
                _ = try? proxy.child.wait()
            }
            try eventually("the proxy to listen") {
                guard proxy.child.isRunning else { throw HarnessError("it ended: \(try proxy.outcome())") }
                return (try? Connection(to: socket)) != nil
            }
            let ask = { (target: String, headers: [String]) in
                let connection = try Connection(to: socket)
                try connection.send(request("GET", target, headers))
                return try connection.answer()
            }
            let path = "/v1/apps/zoom-prod/credentials"
            #expect(try ask(path, []).code == "not_granted", "root asks, and is not who asks")
            try world.must("client", "add", "proxy", "--uid", "65534", "--allow", "zoom-prod:credentials")
            let first = try ask(path, [])
            let tag = try #require(first.header("ETag"))
            #expect(first.status == 200 && first.header("Cache-Control") == "no-store")
            #expect(try ask(path, ["If-None-Match: \(tag)"]).status == 304)

            let stream = try Connection(to: socket)
            try stream.send(request("GET", "/v1/events"))
            let waiting = try Connection(to: socket)
            try waiting.send(request("GET", path + "?after=1&wait=60"))
            let events = { String(decoding: stream.received, as: UTF8.self) }
            let hears = { (event: String) in
                try eventually("the event \(event)") {
                    stream.receive(seconds: 0.1)
                    return events().contains(#""event":"\#(event)""#)
                }
            }
            try hears("state")
            try world.must("rotate", "zoom-prod")
            try hears("rotated")
            #expect(try waiting.answer().json["generation"].int == 2)
            let plain = try Connection(to: socket)
            try plain.send("GET \(path) HTTP/1.1\r\nHost: keyturn\r\n\r\n")
            #expect(try plain.answer().code == "missing_header", "what did not mean to ask is no fetch")
        }
    }
}

/// docs/agent-socket.md
private enum Page {
    static func block(_ language: String, with word: String = "/run/keyturn") throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/agent-socket.md"), encoding: .utf8)
        let blocks = text.components(separatedBy: "\n```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        let fitting = blocks.filter { $0.hasPrefix(language + "\n") && $0.contains(word) }
        guard fitting.count == 1 else { throw HarnessError("\(fitting.count) blocks of \(language)") }
        return String(fitting[0].dropFirst(language.count + 1)) + "\n"
    }

    /// With the world's places instead of the machine's.
    static func placed(_ text: String, in world: World) -> String {
        text.replacing("/run/keyturn/agent/agent.sock", with: world.agent)
            .replacing("/run/keyturn-proxy", with: world.directory)
    }
}
