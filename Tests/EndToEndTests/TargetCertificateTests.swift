import Foundation
import Testing

/// Certificates of push targets: which belong together, and until when they are good.
@Suite(.realProcesses) struct TargetCertificateTests {
    private static let day = 86_400

    /// A client certificate of the console's own authority.
    private static func client(_ world: World, _ console: Console, days: Int) throws -> (chain: String, key: String) {
        let file = world.directory + "/client-\(days)"
        let authority = URL(filePath: console.caFile).deletingPathExtension().path
        let made = try world.runner.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "\(days)", "-keyout", file + ".key", "-out", file + ".pem", "-subj", "/CN=keyturn", "-CA",
                authority + ".pem", "-CAkey", authority + ".key", "-addext", "extendedKeyUsage=clientAuth", "-addext",
                "basicConstraints=critical,CA:FALSE",
            ])
        #expect(made.exit == 0, "\(made)")
        return (file + ".pem", file + ".key")
    }

    private static func problems(_ world: World) throws -> [JSON] {
        try world.keyturn("status", "--json").json["problems"].elements.filter {
            $0["code"].string == "certificate_expires"
        }
    }

    @Test func `a key that does not fit the certificate is refused`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            let other = try Self.client(world, console, days: 300)
            let login = ["--client-cert", console.clientCert, "--client-key", console.clientKey]
            #expect(try world.keyturn("target", "set", "console", login[0], login[1], login[2], login[3]).exit == 0)
            let wrong = ["--client-cert", console.clientCert, "--client-key", other.key]
            // The console has just taken that certificate, on a connection that may still be there.
            for command in [
                ["set", "console"] + wrong, ["set", "console", "--client-key", other.key],
                ["set", "console", "--no-verify", "--client-cert", other.chain],
                [
                    "add", "pingfederate", "second", "--app", "zoom-prod", "--admin-url", console.address,
                    "--connection", console.connection, "--ca-file", console.caFile,
                ] + wrong,
                ["discover", "--admin-url", console.address, "--ca-file", console.caFile] + wrong,
            ] {
                let refused = try world.runner.run(Programs.keyturn, ["target"] + command)
                #expect(refused.exit == 65 && refused.complains(), "\(refused)")
                #expect(refused.errors.contains("does not belong to the client certificate"), "\(refused)")
            }
            let renewed = try world.keyturn(
                "target", "set", "console", "--client-cert", other.chain, "--client-key", other.key)
            #expect(renewed.exit == 0, "\(renewed)")
            for (file, words) in [
                (console.caFile, "number 2 cannot be read"), (console.clientKey, "is not a PEM file"),
            ] {
                let broken = world.directory + "/broken.pem"
                let text = try String(contentsOfFile: file, encoding: .utf8)
                try (text + (file == console.caFile ? text.replacing(#/\nMI+/#, with: "\nAA") : "")).write(
                    toFile: broken, atomically: true, encoding: .utf8)
                let refused = try world.keyturn("target", "set", "console", "--ca-file", broken)
                #expect(refused.exit == 65 && refused.errors.contains(words), "\(refused)")
            }
            // Before it begins.
            clock.setWall(by: -2 * 3600)
            let early = try world.keyturn("target", "test", "console")
            #expect(early.exit == 79 && early.output.contains("it is not valid before"), "\(early)")
        }
    }

    @Test func `an expiry is announced thirty and seven days before`() throws {
        try TargetTests.withConsole { world, console, _, clock in
            let client = try Self.client(world, console, days: 40)
            let login = try world.keyturn(
                "target", "set", "console", "--client-cert", client.chain, "--client-key", client.key)
            #expect(login.exit == 0, "\(login)")
            // Without a look, the end of the pinned certificate is not known before the first one.
            try world.addTarget(
                console, "--no-verify", "--account-id-field", "Account", "--client-id-field", "OAuth client",
                "--client-secret-field", "OAuth secret", name: "pinned")
            #expect(try world.keyturn("target", "set", "pinned", "--no-verify", "--pin", console.fingerprint).exit == 0)
            var pinned = try world.keyturn("target", "show", "pinned", "--json").json
            #expect(pinned["trust_expires_at"].isNull)
            #expect(try world.keyturn("target", "test", "pinned").exit == 0)
            pinned = try world.keyturn("target", "show", "pinned", "--json").json
            let pinEnds = try #require(pinned["trust_expires_at"].unixSeconds)
            #expect(abs(pinEnds - clock.now - 3650 * Self.day) < 3600)
            #expect(try Self.problems(world).isEmpty)

            try world.pass(11 * Self.day, on: clock)
            let warning = try #require(try Self.problems(world).first)
            #expect(warning["severity"].string == "warning" && warning["deadline"].string != nil)
            #expect(warning["detail"].string?.contains("the client certificate expires at") == true)
            #expect(warning["try"].string == "keyturn target set console --client-cert FILE --client-key FILE")
            try world.pass(23 * Self.day, on: clock)
            #expect(try Self.problems(world).map { $0["severity"].string } == ["critical"])
            #expect(try world.keyturn("target", "test", "console").exit == 0)
            try world.pass(7 * Self.day, on: clock)
            let past = try #require(try Self.problems(world).first)
            #expect(past["severity"].string == "critical" && past["detail"].string?.contains("expired at") == true)
            // The console's own clock is an earlier one.
            let test = try world.keyturn("target", "test", "console")
            #expect(test.exit == 79 && test.output.contains("it expired at"), "\(test)")
            let login2 = try world.runner.run(
                Programs.keyturn, ["target", "set", "console", "--user", console.user, "--password-stdin"],
                input: console.password)
            #expect(try login2.exit == 0 && Self.problems(world).isEmpty, "\(login2)")

            try world.pass(pinEnds - clock.now - 20 * Self.day, on: clock)
            try world.stop()
            try world.start(environment: clock.environment)
            let both = try Self.problems(world).map { $0["try"].string ?? "" }
            #expect(both.count == 2, "\(both)")
            #expect(both.contains { $0.hasPrefix("keyturn target set pinned --pin SHA256") })
            #expect(both.contains("keyturn target set console --ca-file FILE"))
            try world.pass(30 * Self.day, on: clock)
            let ended = try Self.problems(world)
            #expect(Set(ended.map { $0["severity"].string }) == ["critical", "warning"], "a pin does not mind an end")
        }
    }
}
