import Foundation
import TestSupport
import Testing

/// Variables by which a library would give away what it knows, or become another one.
@Suite(.realProcesses) struct EnvironmentTests {
    @Test func `no library is led astray by variables`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let configuration = world.directory + "/openssl.cnf"
            // With this one there is no AES in OpenSSL.
            try "openssl_conf = a\n[a]\nproviders = b\n[b]\nnull = c\n[c]\nactivate = 1\n".write(
                toFile: configuration, atomically: true, encoding: .utf8)
            let without = try world.runner.run(
                "openssl", ["enc", "-aes-256-cbc", "-k", "x", "-pbkdf2", "-in", configuration],
                environment: ["OPENSSL_CONF": configuration])
            #expect(without.exit != 0, "the configuration does what it is to do")
            try world.start(
                "--key-file", world.keyFile,
                environment: ["OPENSSL_CONF": configuration, "OPENSSL_MODULES": world.directory])
            #expect(world.isHealthy)
        }
    }

    @Test(.enabled(if: Programs.isOnThePath("openssl"), "there is no openssl"))
    func `TLS keys are not written to SSLKEYLOGFILE`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let (key, certificate) = (world.directory + "/tls.key", world.directory + "/tls.crt")
            let made = try world.runner.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                ])
            #expect(made.exit == 0)
            let script = """
                import http.server, ssl, sys
                class Answer(http.server.BaseHTTPRequestHandler):
                    def do_POST(self):
                        self.rfile.read(int(self.headers["Content-Length"]))
                        self.send_response(204); self.end_headers()
                server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); tls.load_cert_chain(sys.argv[1], sys.argv[2])
                server.socket = tls.wrap_socket(server.socket, server_side=True)
                print(f"port {server.server_port}.", flush=True)
                server.serve_forever()
                """
            let server = try world.runner.start("python3", ["-c", script, certificate, key])
            defer { server.child.end() }
            let port = try eventually("the server's port") {
                try String(contentsOfFile: server.output, encoding: .utf8)
                    .firstMatch(of: /port ([0-9]+)\./).map { String($0.1) }
            }
            let log = world.directory + "/keys.log"
            try world.start(
                "--key-file", world.keyFile,
                environment: [
                    "SSLKEYLOGFILE": log, "KEYTURN_ZOOM_CA_FILE": certificate,
                    "KEYTURN_ALERTS_CHANNELS": "{hook: {type: webhook, url: 'https://localhost:\(port)/'}}",
                ])
            let told = try world.keyturn("alert", "test")
            #expect(told.exit == 0, "the server was spoken to over TLS: \(told)")
            #expect(!Files.exists(log))
        }
    }

    /// The vault's key lies there.
    @Test func `an alert's command is not told where the credentials are`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let credentials = world.directory + "/credentials"
            try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: false)
            try FileManager.default.copyItem(atPath: world.keyFile, toPath: credentials + "/keyturn.key")
            let seen = world.heard + "/seen"
            let script = world.directory + "/alert"
            try "env > \(seen)\n".write(toFile: script, atomically: true, encoding: .utf8)
            try world.start(
                "--log-level", "info",
                environment: [
                    "CREDENTIALS_DIRECTORY": credentials, "SSLKEYLOGFILE": world.directory + "/keys.log",
                ].merging(AlertServices.command("/bin/sh", script)) { $1 })
            #expect(world.isHealthy)
            #expect(try world.keyturn("alert", "test").exit == 0)
            let variables = Set(
                try String(contentsOfFile: seen, encoding: .utf8).split(separator: "\n").map { $0.prefix { $0 != "=" } }
            )
            #expect(variables.subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == ["PATH", "LANG", "HOME"])
        }
    }
}
