import Foundation
import TestSupport

/// `openssl s_server` on 127.0.0.1, with a certificate for `localhost` from an authority made for the occasion.
final class TLSServer {
    let caFile: String
    let port: Int
    private let directory: String
    private let program: OpenSSLProgram

    init(_ options: [String] = []) throws {
        let directory = NSTemporaryDirectory() + "/keyturn-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let at = { (name: String) in "\(directory)/\(name)" }
        let new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        try OpenSSLProgram(
            new + ["-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=test authority"], output: at("said")
        ).wait()
        try OpenSSLProgram(
            new + ["-keyout", at("server.key"), "-out", at("server.pem"), "-subj", "/CN=localhost"]
                + ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-addext", "subjectAltName=DNS:localhost"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"],
            output: at("said")
        ).wait()
        program = try OpenSSLProgram(
            ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", at("server.pem"), "-key", at("server.key")]
                + options,
            output: at("server.said"))
        port = try eventually("openssl to listen") { [program] in
            program.said.firstMatch(of: #/ACCEPT 127\.0\.0\.1:(\d+)\n/#).flatMap { Int($0.1) }
        }
        self.directory = directory
        caFile = at("ca.pem")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func file(_ name: String) throws -> String { try String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8) }

    /// The server's own certificate, as bytes.
    func leaf() throws -> [UInt8] {
        let run = try OpenSSLProgram(
            ["x509", "-in", "\(directory)/server.pem", "-outform", "DER", "-out", "\(directory)/server.der"],
            output: "\(directory)/said")
        run.wait()
        return Array(FileManager.default.contents(atPath: "\(directory)/server.der") ?? Data())
    }

    /// How many requests it got.
    var requests: Int { program.said.split(separator: "\n").count { $0.hasPrefix("GET ") } }

    /// What `openssl s_client` has to say about a connection.
    func client(_ options: [String]) throws -> String {
        let run = try OpenSSLProgram(
            ["s_client", "-connect", "127.0.0.1:\(port)"] + options, output: "\(directory)/client.said")
        run.wait()
        return run.said
    }
}
