import Testing

/// The plug-in on each Java of the machine, and its settings as PingFederate saves them.
@Suite(.realProcesses, .enabled(if: Connector.isThere, Connector.why)) struct ConnectorSettingsTests {
    // MARK: Javas

    /// A plug-in is built on whatever JDK somebody has, and runs on whatever JVM PingFederate has.
    @Test(arguments: Java.fit.filter(\.hasCompiler))
    func `each JDK builds the plug-in without a warning`(java: Java) throws {
        try withWorld(serving: false) { world in
            let jar = world.directory + "/plugin.jar"
            try Connector.build(jar, by: java, with: world.runner)
            let built = try Connector.built
            let words = built.words(
                "keyturn.test.Driver", built.path(jar: jar), [world.agent, "", "", "save"], java: java)
            let saved = try world.runner.run(words[0], Array(words.dropFirst()))
            #expect(saved.exit == 0 && saved.output == "saved\n", "\(saved)")
        }
    }

    @Test func `each Java of the machine is tried`() {
        let tooOld = Java.all.filter { $0.version < 11 }
        for java in Java.all {
            print("\(java.testDescription): \(tooOld.contains(java) ? "does not load it" : "tried")")
        }
        #expect(!Java.fit.isEmpty && Java.fit.count + Java.old.count + tooOld.count == Java.all.count)
    }

    // MARK: Settings

    @Test(arguments: Java.newest) func `a mistake in the settings is refused when they are saved`(java: Java) throws {
        try withWorld(serving: false) { world in
            func save(_ socket: String, _ connect: String = "", _ read: String = "") throws -> [String] {
                try world.plugin("save", socket: socket, connect: connect, read: read, on: java)
            }
            #expect(try save("", "", "") == ["saved"], "what is left empty has its default")
            #expect(try save(" /run/keyturn/agent/agent.sock ", "1", "300000") == ["saved"])
            let wrong = [
                ("agent.sock", "is not absolute; try: /run/keyturn/agent/agent.sock, or "),
                ("unix:/run/agent.sock", "is not absolute; try: "),
                ("/run/keyturn/agent/", "is that of a directory; try: /run/keyturn/agent/agent.sock"),
                ("/run/keyturn/admin/admin.sock", "is that of the admin socket, which serves no credentials; try: "),
                ("/run/a\tb", "has a control character; try: "),
                ("/" + String(repeating: "é", count: 54), "is longer than 107 bytes; try: a shorter runtime directory"),
            ]
            for (path, words) in wrong {
                let said = try save(path)
                #expect(
                    said.count == 1 && said[0].hasPrefix("refused Socket Path | the socket's path \(words)"), "\(said)")
            }
            for (connect, read) in [("0", "300001"), ("2s", "5,000"), ("-1", "1e3"), ("٣", "0x10")] {
                #expect(
                    try save("", connect, read) == [
                        "refused Connect Timeout | " + Connector.notMilliseconds("Connect Timeout", 2000),
                        "refused Read Timeout | " + Connector.notMilliseconds("Read Timeout", 5000),
                    ])
            }
        }
    }

    /// Then what was saved is said at each use.
    @Test(arguments: Java.newest, [Connector.Variant.bare, .without])
    func `a PingFederate without validators still has the plug-in`(java: Java, variant: Connector.Variant) throws {
        try withWorld { world in
            try world.addApp("zoom-prod")
            #expect(try world.plugin("describe", variant: variant, on: java).count == 6)
            #expect(
                try world.plugin("ask", "zoom-prod.client_id", variant: variant, on: java).joined().hasPrefix("ok "))
            let said = try world.plugin("ask", "zoom-prod.client_id", read: "2s", variant: variant, on: java)
            #expect(said == ["failed keyturn: \(Connector.notMilliseconds("Read Timeout", 5000))"])
        }
    }
}

extension Connector {
    /// The words for a timeout that is none.
    static func notMilliseconds(_ field: String, _ normal: Int) -> String {
        "\(field) is not 1 to 300000 milliseconds, written in digits; try: \(normal)"
    }
}
