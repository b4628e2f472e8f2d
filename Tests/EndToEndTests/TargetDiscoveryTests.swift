import Foundation
import Testing

/// What a console has: many connections, connectors that describe themselves and those that do not.
@Suite(.realProcesses) struct TargetDiscoveryTests {
    private func add(_ world: World, _ console: Console, _ connection: String, _ more: String...) throws -> Outcome {
        let arguments =
            [
                "target", "add", "pingfederate", "other", "--app", "zoom-prod", "--admin-url", console.address,
                "--connection", connection, "--user", console.user, "--password-stdin", "--ca-file", console.caFile,
                "--settle", "0s",
            ] + more
        return try world.runner.run(Programs.keyturn, arguments, input: console.password)
    }

    private func lists(_ console: Console) throws -> [String] {
        try console.control("GET", "/requests")["requests"].elements.compactMap {
            $0["path"].string?.hasSuffix("/idp/spConnections") == true ? $0["query"].string : nil
        }
    }

    @Test func `a connection that is named is found without reading the list of all`() throws {
        try TargetTests.withConsole { _, console, _, _ in
            let read = try lists(console)
            #expect(read.isEmpty)
        }
    }

    @Test(arguments: [true, false]) func `a large console is listed`(_ pages: Bool) throws {
        try TargetTests.withConsole { world, console, _, _ in
            // 22 MB at once, or page after page.
            try console.switches(#"{"many":901,"many_bytes":\#(pages ? 1000 : 24000),"pages":\#(pages)}"#)
            let found = try world.keyturn("target", "discover", "console", "--json")
            #expect(found.exit == 0, "\(found.errors)")
            #expect(try found.json["connections"].elements.map { $0["id"].string } == [console.connection])
            #expect(try found.json["client_secret_field"].string == "OAuth secret")
            #expect(try lists(console).count == (pages ? 4 : 1))
        }
    }

    @Test func `a connection with the account in its token URL is a target`() throws {
        try TargetTests.withConsole { world, console, app, clock in
            try console.control("POST", "/connections/zoom-url/add")
            let before = try console.control("GET", "/connections/zoom-url")["values"]["Token address"].string
            let added = try add(world, console, "zoom-url")
            #expect(added.exit == 0, "\(added)")
            let said = added.output + added.errors
            #expect(said.contains("it has no setting for the account ID: a push leaves its token URL alone"), "\(said)")
            try world.must("target", "push", "other")
            func values() throws -> JSON { try console.control("GET", "/connections/zoom-url")["values"] }
            #expect(try values()["Masked client"].string == app.clientID)
            #expect(try values()["Masked secret"].string == world.fetchedSecret())
            #expect(try values()["Token address"].string == before && values()["Masked again"].string == "x")
            let shown = try world.keyturn("target", "discover", "other").output
            #expect(shown.contains("no setting for it: a push leaves the token URL alone"), "\(shown)")
            #expect(try world.keyturn("target", "test", "other").exit == 0)
            #expect(try [0, 75].contains(world.keyturn("rotate", "zoom-prod", "--overlap", "0s").exit))
            let new = try world.fetchedSecret()  // nobody holds the old one any more
            try TargetTests.pass("the end", world, clock) { $0 == nil }
            #expect(try values()["Masked secret"].string == new)
        }
    }

    @Test(arguments: ["renamed", "forbidden", "absent"])
    func `a field that the console does not describe is found or asked for`(_ manner: String) throws {
        try TargetTests.withConsole { world, console, _, _ in
            try console.control("POST", "/connections/zoom-url/add")
            try console.switches(#"{"descriptors":"\#(manner)"}"#)
            let added = try add(world, console, "zoom-url")
            guard manner != "renamed" else {
                #expect(added.exit == 0, "\(added)")
                return
            }
            #expect(added.exit != 0 && added.complains(), "\(added)")
            for words in [
                "it is unclear which setting holds the account ID and the client ID and the client secret",
                "'Token address', 'Masked client', 'Masked secret', 'Masked again'",
                "--account-id-field NAME (or '' if there is none) --client-id-field NAME --client-secret-field NAME",
            ] {
                #expect(added.errors.contains(words), "\(added.errors)")
            }
            // That nothing speaks of an account ID does not mean here that there is no setting for it.
            let two = ["--client-id-field", "Masked client", "--client-secret-field", "Masked secret"]
            let doubtful = try add(world, console, "zoom-url", two[0], two[1], two[2], two[3])
            #expect(doubtful.exit != 0 && doubtful.errors.contains("holds the account ID; "), "\(doubtful)")
            let given = try add(world, console, "zoom-url", two[0], two[1], two[2], two[3], "--account-id-field", "")
            #expect(given.exit == 0, "\(given)")
        }
    }
}
