import Foundation
import TestSupport

/// A certificate authority in a directory of its own.
package struct TestAuthority {
    private let directory: TemporaryDirectory

    /// The file with its certificate.
    package var file: String { directory.file("ca.pem") }

    package init() throws {
        directory = try TemporaryDirectory()
        let configuration = """
            [ca]
            default_ca = one
            [one]
            database = \(directory.file("index.txt"))
            serial = \(directory.file("serial"))
            new_certs_dir = \(directory.path)
            default_md = sha256
            policy = any
            copy_extensions = copy
            unique_subject = no
            [any]
            commonName = supplied
            """
        try configuration.write(toFile: directory.file("ca.conf"), atomically: false, encoding: .utf8)
        try "".write(toFile: directory.file("index.txt"), atomically: false, encoding: .utf8)
        try "01".write(toFile: directory.file("serial"), atomically: false, encoding: .utf8)
        try openssl(
            ["req", "-x509", "-days", "10", "-subj", "/CN=Test Authority", "-out", file] + newKey("ca.key"))
    }

    /// A certificate for the name, and its key.
    /// - Parameter period: from when until when it is valid, as YYYYMMDD.
    package func certificate(for name: String, _ period: (String, String)) throws -> (certificate: String, key: String)
    {
        try openssl(
            [
                "req", "-new", "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:\(name)", "-out",
                directory.file("request"),
            ]
                + newKey("key"))
        try openssl([
            "ca", "-batch", "-notext", "-config", directory.file("ca.conf"), "-cert", file, "-keyfile",
            directory.file("ca.key"), "-startdate", period.0 + "000000Z", "-enddate", period.1 + "000000Z", "-in",
            directory.file("request"), "-out", directory.file("certificate"),
        ])
        func text(_ name: String) throws -> String { try String(contentsOfFile: directory.file(name), encoding: .utf8) }
        return (try text("certificate"), try text("key"))
    }

    private func newKey(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", directory.file(name)]
    }

    private func openssl(_ arguments: [String]) throws {
        let (status, output) = try ClusterOwner.run(["/usr/bin/openssl"] + arguments)
        guard status == 0 else { throw ClusterError("openssl: \(output)") }
    }
}
