import Testing

/// The admin API's shapes hold what Keyturn asks and what the stand-in answers; every test with a console looks at that.
@Suite(.realProcesses) struct ConsoleSchemaTests {
    @Test func `a request or an answer of another shape is found`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            try world.must("target", "push", "console")
            #expect(try console.violations().isEmpty, "what Keyturn does is of the admin API's shape")
            let api = console.address + "/pf-admin-api/v1"
            func ask(_ more: String...) throws {
                let login = "\(console.user):\(console.password)"
                let arguments = [
                    "-s", "--cacert", console.caFile, "-u", login, "-H", "Accept: application/json", "-o", "/dev/null",
                ]
                #expect(try world.runner.run("curl", arguments + more).exit == 0)
            }
            let header = ["-H", "X-XSRF-Header: PingFederate"]
            try ask(api + "/version")
            #expect(try console.violations() == ["GET /pf-admin-api/v1/version request: header X-XSRF-Header"])
            try ask(header[0], header[1], api + "/idp/spConnections?pgae=1")
            #expect(try console.violations().joined().hasSuffix("?pgae=1 request: query pgae"))
            let row = #"{"name":"Rate","colour":"blue"}"#
            let text = VerbatimPushTests.document(settings: row)
            try ask(
                header[0], header[1], "-X", "PUT", "-H", "Content-Type: application/json", "-d", text,
                api + "/idp/spConnections/browser-sso")
            let put = try console.violations()
            #expect(put.count == 2, "\(put)")
            #expect(put.first?.contains("PUT /pf-admin-api/v1/idp/spConnections/browser-sso request: ") == true)
            #expect(put.last?.contains("answer 200: outboundProvision/targetSettings/0: additionalProperties") == true)
            try ask("-d", "grant_type=password", console.tokenURL)
            #expect(try console.violations().contains { $0.hasSuffix("request: grant_type") })

            try console.serve(text)
            let refused = try world.keyturn("target", "push", "console")
            #expect(refused.exit != 0 && refused.errors.contains("the connection has no setting"), "\(refused)")
            let answer = try console.violations()
            #expect(
                !answer.isEmpty
                    && answer.allSatisfy { $0.hasPrefix("GET /pf-admin-api/v1/idp/spConnections/zoom-sp answer") })
        }
    }
}
