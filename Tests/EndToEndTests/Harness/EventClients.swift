import Foundation

/// Programs of others that listen to events: each prints the lines that it hears, as it hears them, and ends without a
/// complaint if the stream ends in good order.
struct EventClient {
    let name: String
    private let program: String
    private let arguments: [String]
    /// Where it is written, of what has to be a file.
    private let source: String?

    /// Those that this machine has.
    static let all: [EventClient] = {
        var clients = [
            EventClient(
                name: "curl", program: "curl",
                arguments: ["-sSN", "-H", "Keyturn-Request: 1", "--unix-socket", "SOCKET", "http://keyturn/v1/events"],
                source: nil)
        ]
        for (name, imports, text) in [
            ("Python's http.client", "http.client", httpClient), ("urllib3", "urllib3", urllib3),
            ("requests", "requests", requests),
        ] {
            let python = pythons.first { succeeds($0, ["-c", "import " + imports]) }
            if let python {
                clients.append(
                    EventClient(name: name, program: python, arguments: ["-c", text, "SOCKET"], source: nil))
            }
        }
        if let node = onThePath("node") {
            clients.append(EventClient(name: "Node", program: node, arguments: ["-e", node_, "SOCKET"], source: nil))
        }
        if let java = Java.fit.last(where: \.hasCompiler) {
            clients.append(
                EventClient(
                    name: "Java's HttpClient", program: java.program, arguments: ["SOURCE", "SOCKET"], source: java_))
        }
        return clients
    }()

    func start(_ world: World) throws -> Running {
        let file = world.directory + "/Listen.java"
        if let source { try source.write(toFile: file, atomically: true, encoding: .utf8) }
        return try world.runner.start(
            program, arguments.map { $0 == "SOCKET" ? world.agent : $0 == "SOURCE" ? file : $0 })
    }

    private static func onThePath(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":").map { $0 + "/" + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The programs themselves, and no script in their place.
    private static let pythons: [String] = {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sys; print(sys.executable)"]
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return ["/usr/bin/python3"] }
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return [text.trimmingCharacters(in: .whitespacesAndNewlines), "/usr/bin/python3"]
    }()

    private static func succeeds(_ program: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private static let httpClient = #"""
        import http.client, socket, sys
        class Connection(http.client.HTTPConnection):
            def connect(self):
                self.sock = socket.socket(socket.AF_UNIX)
                self.sock.connect(sys.argv[1])
        connection = Connection("keyturn")
        connection.request("GET", "/v1/events", headers={"Keyturn-Request": "1"})
        for line in connection.getresponse():
            print(line.decode(), end="", flush=True)
        """#

    private static let pool = #"""
        import socket, sys, urllib3, urllib3.connection
        class Connection(urllib3.connection.HTTPConnection):
            def _new_conn(self):
                one = socket.socket(socket.AF_UNIX)
                one.connect(sys.argv[1])
                return one
        class Pool(urllib3.HTTPConnectionPool):
            ConnectionCls = Connection

        """#

    private static let urllib3 =
        pool + #"""
            answer = Pool("keyturn").request("GET", "/v1/events", headers={"Keyturn-Request": "1"}, preload_content=False)
            for piece in answer.stream():
                print(piece.decode(), end="", flush=True)
            """#

    private static let requests =
        pool + #"""
            import requests, requests.adapters
            class Adapter(requests.adapters.HTTPAdapter):
                def get_connection_with_tls_context(self, request, verify, proxies=None, cert=None): return Pool("keyturn")
                def get_connection(self, url, proxies=None): return Pool("keyturn")
            session = requests.Session()
            session.trust_env = False
            session.mount("http://", Adapter())
            answer = session.get("http://keyturn/v1/events", headers={"Keyturn-Request": "1"}, stream=True)
            for line in answer.iter_lines():
                print(line.decode(), flush=True)
            """#

    private static let node_ = #"""
        const options = {socketPath: process.argv[1], path: "/v1/events", headers: {"Keyturn-Request": "1"}};
        require("http").get(options, answer => {
            answer.on("data", piece => process.stdout.write(piece));
            answer.on("error", () => process.exit(1));
            answer.on("close", () => process.exit(answer.complete ? 0 : 1));
        });
        """#

    /// It speaks TCP alone: what it says goes to the socket unchanged.
    private static let java_ = #"""
        import java.net.*;
        import java.net.http.*;
        import java.nio.*;
        import java.nio.channels.*;

        public class Listen {
            static void pump(ByteChannel from, SocketChannel to) {
                var bytes = ByteBuffer.allocate(65536);
                try {
                    while (from.read(bytes) >= 0) {
                        bytes.flip();
                        while (bytes.hasRemaining()) to.write(bytes);
                        bytes.clear();
                    }
                    to.shutdownOutput();
                } catch (Exception e) {
                    try { to.close(); } catch (Exception ignored) { }
                }
            }

            public static void main(String[] arguments) throws Exception {
                var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
                var bridge = new Thread(() -> {
                    try {
                        var inside = server.accept();
                        var outside = SocketChannel.open(UnixDomainSocketAddress.of(arguments[0]));
                        new Thread(() -> pump(inside, outside)).start();
                        pump(outside, inside);
                    } catch (Exception e) { e.printStackTrace(); }
                });
                bridge.setDaemon(true);
                bridge.start();
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/events"))
                    .version(HttpClient.Version.HTTP_1_1).header("Keyturn-Request", "1").build();
                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofLines()).body().forEach(line -> {
                    System.out.println(line);
                    System.out.flush();
                });
                System.exit(0);
            }
        }
        """#
}
