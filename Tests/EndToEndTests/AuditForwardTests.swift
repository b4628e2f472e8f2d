import Foundation
import TestSupport
import Testing

/// The audit log at a syslog server that speaks TLS.
@Suite(.realProcesses) struct AuditForwardTests {
    /// A receiver of RFC 5425: frames with their lengths, over TLS. Writes each message to a file as a line.
    private static let script = """
        import socket, ssl, sys
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1])
        if len(sys.argv) > 4:
            context.load_verify_locations(sys.argv[4])
            context.verify_mode = ssl.CERT_REQUIRED
        listener = socket.create_server(('127.0.0.1', int(sys.argv[2])))
        print(listener.getsockname()[1], flush=True)
        out = open(sys.argv[3], 'ab')
        while True:
            plain, _ = listener.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as peer, peer.makefile('rb') as stream:
                    while True:
                        length = b''
                        while (byte := stream.read(1)) not in (b' ', b''): length += byte
                        if not length: break
                        message = stream.read(int(length))
                        out.write(message + b'\\n')
                        out.flush()
            except (OSError, ValueError):
                pass
        """

    /// The server, with a certificate for `localhost` by an authority of its own.
    private struct Receiver {
        let world: World
        let certificate: String
        let output: String
        /// Who must have signed the client's certificate.
        var clientAuthority: String?
        private var running: Running?
        private(set) var port = 0

        init(_ world: World) throws {
            self.world = world
            (certificate, output) = (world.directory + "/loghost.pem", world.directory + "/received")
            try Data().write(to: URL(filePath: output))
            let made = try world.runner.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", certificate, "-out", certificate + ".crt", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost",
                ])
            #expect(made.exit == 0, "\(made)")
            let chain = try String(contentsOfFile: certificate + ".crt", encoding: .utf8)
            let key = try String(contentsOfFile: certificate, encoding: .utf8)
            try (key + chain).write(toFile: certificate, atomically: false, encoding: .utf8)
        }

        mutating func start() throws {
            let running = try world.runner.start(
                "python3",
                ["-c", AuditForwardTests.script, certificate, "\(port)", output] + [clientAuthority].compactMap(\.self))
            port = try eventually("the receiver to listen") {
                Int(try String(contentsOfFile: running.output, encoding: .utf8).split(separator: "\n").first ?? "")
            }
            self.running = running
        }

        mutating func stop() {
            running?.child.end()
            running = nil
        }

        var messages: [Substring] {
            get throws { try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n") }
        }

        var environment: [String: String] {
            [
                "KEYTURN_AUDIT_FORWARD": "syslog+tls://localhost:\(port)",
                "KEYTURN_AUDIT_FORWARD_CA_FILE": certificate + ".crt",
            ]
        }
    }

    private static func log(_ world: World) throws -> String {
        try String(contentsOfFile: world.daemon.errors, encoding: .utf8)
    }

    private static func lines(_ world: World) throws -> [Substring] {
        try String(contentsOfFile: world.auditDirectory + "/audit-00000001.jsonl", encoding: .utf8)
            .split(separator: "\n")
    }

    @Test func `each line arrives once and in order, whatever stops in between, and status says when none does`() throws
    {
        try withWorld(serving: false) { world in
            try world.initialise()
            let clock = try TestClock(in: world.directory)
            var receiver = try Receiver(world)
            try receiver.start()
            defer { receiver.stop() }
            func arrives() throws {
                try eventually("all lines to arrive") {
                    try receiver.messages.map { $0.drop { $0 != "{" } } == Self.lines(world)
                }
            }
            let environment = receiver.environment.merging(clock.environment) { $1 }
            try world.start(environment: environment)
            try world.addApp("zoom-prod")
            try arrives()
            #expect(try receiver.messages.allSatisfy { $0.hasPrefix("<10") && $0.contains(" keyturn-audit ") })

            receiver.stop()
            for _ in 0..<3 { _ = try world.curl("/v1/apps/zoom-prod/credentials") }
            try eventually("the failure to be noticed") {
                try Self.log(world).contains("the audit log cannot be forwarded")
            }
            #expect(try !world.problems().contains("audit_not_forwarded"))
            clock.pass(301)
            try eventually("status to say so") { try world.problems().contains("audit_not_forwarded") }
            _ = try world.curl("/v1/apps/zoom-prod/credentials")

            try world.stop()
            try receiver.start()
            try world.start(environment: environment)
            try arrives()
            #expect(try !world.problems().contains("audit_not_forwarded"))
            try world.must("audit", "verify")

            try world.stop()
            #expect(try receiver.messages.last?.contains("vault.lock") == true, "the last line is sent at the stop")
        }
    }

    @Test func `a server that asks for a client certificate gets the lines, and only with it`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            let (key, certificate) = (world.directory + "/client.key", world.directory + "/client.crt")
            let made = try world.runner.run(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", key, "-out", certificate, "-subj", "/CN=keyturnd",
                ])
            #expect(made.exit == 0, "\(made)")
            var receiver = try Receiver(world)
            receiver.clientAuthority = certificate
            try receiver.start()
            defer { receiver.stop() }
            var environment = receiver.environment
            try world.start(environment: environment)
            try eventually("the refusal to be noticed") {
                try Self.log(world).contains("it may want a client certificate")
            }
            #expect(try receiver.messages.isEmpty)
            try world.stop()

            environment["KEYTURN_AUDIT_FORWARD_CLIENT_CERT_FILE"] = certificate
            let half = try world.runner.run(
                Programs.keyturnd, ["check-config"], environment: environment)
            #expect(half.exit == 78 && half.errors.contains("audit.forward_client_key_file"), "\(half)")
            environment["KEYTURN_AUDIT_FORWARD_CLIENT_KEY_FILE"] = key
            unsafe chmod(key, 0o644)
            let open = try world.runner.run(Programs.keyturnd, ["check-config"], environment: environment)
            #expect(open.exit == 78 && open.errors.contains("others can read \(key)"), "\(open)")
            unsafe chmod(key, 0o600)
            try world.start(environment: environment)
            try world.addApp("zoom-prod")
            try eventually("all lines to arrive") {
                try receiver.messages.map { $0.drop { $0 != "{" } } == Self.lines(world)
            }
        }
    }

    @Test func `a server whose certificate is not trusted gets nothing`() throws {
        try withWorld(serving: false) { world in
            try world.initialise()
            var receiver = try Receiver(world)
            try receiver.start()
            defer { receiver.stop() }
            var environment = receiver.environment
            environment["KEYTURN_AUDIT_FORWARD_CA_FILE"] = nil
            try world.start(environment: environment)
            try eventually("the refusal to be noticed") { try Self.log(world).contains("certificate is not trusted") }
            #expect(try receiver.messages.isEmpty)
        }
    }
}
