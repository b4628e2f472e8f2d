import Testing

/// Connections of every kind, pushed to by the real daemon: all but the three settings' values comes back byte for byte.
@Suite(.realProcesses) struct VerbatimPushTests {
    @Test func `every kind of connection keeps everything but our three values`() throws {
        try TargetTests.withConsole { world, console, app, _ in
            let expected = ["Account": app.accountID, "OAuth client": app.clientID, "OAuth secret": app.secret]
            // Counts on, so that each order of the settings comes.
            var round = 0
            for kind in Kind.all {
                for _ in 0..<kind.rounds {
                    try console.serve(kind.text(round), isHeldToSchema: kind.isHeldToSchema)
                    let pushed = try world.ask("POST", "/v1/targets/console/push")
                    #expect(pushed.status == 200, "\(kind.name): \(pushed.text)")
                    let pushes = try console.pushes()
                    #expect(pushes.count == 1 && pushes[0]["difference"].isNull, "\(kind.name) \(round): \(pushes)")
                    let values = try #require(pushes.first?["values"])
                    for (name, value) in expected { #expect(values[name].string == value, "\(kind.name) \(round)") }
                    round += 1
                }
            }
            print("pushed byte for byte: \(round) documents of \(Kind.all.count) kinds")
        }
    }

    @Test func `a connection that cannot be pushed to is named and left alone`() throws {
        try TargetTests.withConsole { world, console, _, _ in
            for (name, text, words) in Self.refused {
                try console.serve(text, isHeldToSchema: false)
                let refused = try world.keyturn("target", "push", "console")
                #expect(refused.exit != 0 && refused.complains(), "\(name): \(refused)")
                #expect(refused.errors.contains(words), "\(name): \(refused.errors)")
                #expect(try console.pushes().isEmpty, "\(name)")
            }
        }
    }

    private static let ours = #"{"name":"Account","value":"a"},{"name":"OAuth client","value":"c"}"#
    private static let refused: [(String, String, String)] = [
        ("no settings", document(provisioning: #""channels":[]"#), "has no setting 'Account'; it has none"),
        ("empty settings", document(settings: ""), "has no setting 'Account'"),
        ("settings that are no list", document(provisioning: #""targetSettings":7"#), "has no setting 'Account'"),
        ("a name twice", document(settings: "\(ours),\(ours)"), "has more than one setting 'Account'"),
        ("one missing", document(settings: ours), "has no setting 'OAuth secret'"),
        ("no provisioning", #"{"id":"zoom-sp","outboundProvision":null}"#, "has no outbound provisioning"),
        ("half a pair", document(head: #","x":"\ud83d""#), "not the admin API's"),
        ("a member twice", document(head: #","x":1,"x":2"#), "not the admin API's"),
        ("too deep", document(head: ",\"x\":" + nested(64)), "not the admin API's"),
        ("cut off", String(document().dropLast(20)), "not the admin API's"),
    ]

    // MARK: Documents

    /// A connection as the admin API has one; `head` and `tail` come before and behind what is provisioned.
    static func document(
        head: String = "", settings: String = rows(), channels: String = channel("all"), tail: String = "",
        provisioning: String? = nil
    ) -> String {
        let inside = provisioning ?? #""targetSettings":[\#(settings)],"channels":[\#(channels)]"#
        return #"{"type":"SP","id":"zoom-sp","name":"Zoom users","entityId":"urn:zoom","active":true,"#
            + #""modificationDate":"2026-01-01T00:00:00.000Z"\#(head),"#
            + #""outboundProvision":{"type":"ZoomStandIn",\#(inside)}\#(tail)}"#
    }

    static func channel(_ name: String, _ more: String = "") -> String {
        #"{"active":true,"attributeMapping":[],"channelSource":{\#(more)},"maxThreads":1,"name":"\#(name)","timeout":60}"#
    }

    /// Headings, our settings and others, in an order that goes by the round.
    static func rows(_ round: Int = 0, more: String = "", others: [String] = []) -> String {
        let all =
            [
                #"{"name":"Zoom account"}"#, #"{"name":"Account","value":"old"\#(more)}"#,
                #"{"name":"OAuth client","value":""\#(more)}"#,
                #"{"name":"OAuth secret","encryptedValue":"enc:\#(round)"\#(more)}"#, #"{"name":"Options"}"#,
                #"{"name":"Proxy password","encryptedValue":"enc:proxy"\#(more)}"#,
                #"{"name":"Rate","value":"10"\#(more)}"#,
            ] + others
        let start = round % all.count
        return (all[start...] + all[..<start]).joined(separator: ",")
    }

    static func nested(_ depth: Int) -> String {
        (0..<depth).map { $0 % 2 == 0 ? "[" : #"{"d":"# }.joined() + "0"
            + (0..<depth).reversed().map { $0 % 2 == 0 ? "]" : "}" }.joined()
    }

    struct Kind {
        let name: String
        var isHeldToSchema = true
        /// Fewer of large ones, which take their time.
        var rounds = 2
        let text: @Sendable (_ round: Int) -> String
    }
}

extension VerbatimPushTests.Kind {
    private typealias Tests = VerbatimPushTests

    private static let base64 = "MIIB/+9z4Kq7xW0aB1cD2eF3gH5iJ6kL8mN"
    private static func certificate(_ length: Int) -> String {
        String(repeating: base64, count: length / base64.count + 1)
    }

    /// Escapes, raw characters and unusual ones, as a JSON text within quotes.
    private static let escapes = #"\u00e9\u00E9\/\b\f\n\r\t\"\\ \ud83d\udd11 \u0000\u001f \u2028\u2029 {[,:]}"#
    private static let characters =
        "é e\u{301} \u{1F511} \u{2028}\u{2029} \u{7F} \u{FFFD} \u{FFFF} \u{10FFFF} \u{FEFF} مرحبا"

    static let all: [VerbatimPushTests.Kind] = [
        .init(name: "plain") { Tests.document(settings: Tests.rows($0)) },
        .init(name: "line ends and odd white space") { round in
            "\r\n\t "
                + Tests.document(settings: Tests.rows(round)).replacing("\":", with: "\" \r\n:\t")
                .replacing("{", with: "{ \r\n\r\n").replacing("]", with: "\t]").replacing(",\"", with: " ,\n\"")
                + " \r\n"
        },
        .init(name: "numbers") { round in
            let all = "1.50,-0,-0.0,0.10,1e400,-1E-400,1E+02,9007199254740993,123456789012345678901234567890"
            return Tests.document(head: #","n":[\#(all),\#(round).\#(round)0]"#, settings: Tests.rows(round))
        },
        .init(name: "escapes") { Tests.document(head: ",\"\(escapes)\":\"\(escapes)\"", settings: Tests.rows($0)) },
        .init(name: "raw characters") { round in
            Tests.document(settings: Tests.rows(round), tail: ",\"\(characters)\":[\"\(characters)\"]")
        },
        .init(name: "our names escaped") { round in
            Tests.document(
                settings: Tests.rows(round).replacing("OAuth", with: #"\u004fAut\u0068"#)
                    .replacing(#""name":"A"#, with: #""n\u0061me":"\u0041"#).replacing("Zoom", with: #"\u005Aoom"#))
        },
        .init(name: "unknown members at each depth", isHeldToSchema: false) { round in
            let more = #","new":{"a":[null,true,{"b":1.50}]}"#
            return Tests.document(
                head: more, settings: Tests.rows(round, more: more),
                channels: Tests.channel("all", String(more.dropFirst())),
                tail: more.replacing("new", with: "newer"))
        },
        .init(name: "headings") { round in
            Tests.document(settings: Tests.rows(round, others: (0..<40).map { #"{"name":"Heading \#($0)"}"# }))
        },
        .init(name: "inherited") { Tests.document(settings: Tests.rows($0, more: #","inherited":false"#)) },
        .init(name: "other settings twice") { round in
            Tests.document(
                settings: Tests.rows(round, others: [#"{"name":"Rate","value":"11"}"#, #"{"name":"Rate"}"#]))
        },
        .init(name: "value and encrypted value") { round in
            Tests.document(
                settings: Tests.rows(round, more: "").replacing(#""enc:\#(round)""#, with: #""e","value":"v""#))
        },
        .init(name: "certificates and credentials of 200 KB", rounds: 1) { round in
            let view = #"{"x509File":{"fileData":"\#(certificate(200_000))","id":"\#(round)"}}"#
            let inbound = #""inboundBackChannelAuth":{"httpBasicCredentials":{"encryptedPassword":"enc:a"}}"#
            return Tests.document(
                head: #","credentials":{"certs":[\#(view)],\#(inbound)}"#, settings: Tests.rows(round))
        },
        .init(name: "attribute contracts of 22 KB") { round in
            let attributes = (0..<400).map { #"{"name":"urn:oid:1.2.840.113556.1.\#($0)","nameFormat":"x"}"# }
            return Tests.document(
                head:
                    #","spBrowserSso":{"attributeContract":{"extendedAttributes":[\#(attributes.joined(separator: ","))]}}"#,
                settings: Tests.rows(round))
        },
        .init(name: "encrypted channels") { round in
            let source = #""type":"LDAP","dataSource":{"encryptedValue":"enc:\#(certificate(500))"}"#
            return Tests.document(settings: Tests.rows(round), channels: Tests.channel("one", source))
        },
        .init(name: "several hundred channels") { round in
            let channels = (0..<300).map { Tests.channel("channel \($0)", #""id":"\#(round)""#) }
            return Tests.document(settings: Tests.rows(round), channels: channels.joined(separator: ",\n"))
        },
        .init(name: "another order") { round in
            let list = Tests.rows(round).replacing(
                #""name":"OAuth client","value":"""#, with: #""value":"","name":"OAuth client""#)
            return
                #"{"outboundProvision":{"channels":[\#(Tests.channel("a"))],"targetSettings":[\#(list)],"type":"ZoomStandIn"},"#
                + #""entityId":"e","name":"n","id":"zoom-sp","type":"SP"}"#
        },
        .init(name: "deep nesting") {
            Tests.document(head: ",\"x\":" + Tests.nested(60 - $0 % 2), settings: Tests.rows($0))
        },
        .init(name: "empty things") { round in
            Tests.document(head: #","a":{},"b":[],"c":"","":null,"d":[[],{ },[ ]]"#, settings: Tests.rows(round))
        },
        .init(name: "no date, and decoys of our settings") { round in
            let decoy = #""targetSettings":[{"name":"OAuth secret","encryptedValue":"enc:other"}]"#
            return Tests.document(
                head: #","other":{"outboundProvision":{\#(decoy)}},\#(decoy)"#, settings: Tests.rows(round),
                channels: Tests.channel("all", decoy)
            ).replacing(#""modificationDate":"2026-01-01T00:00:00.000Z","#, with: "")
        },
        .init(name: "a BOM, which is no part of the document", isHeldToSchema: false) { round in
            "\u{FEFF}" + Tests.document(settings: Tests.rows(round))
        },
        .init(name: "megabytes", rounds: 1) { round in
            Tests.document(tail: #","blob":"\#(certificate(1_000_000 + round))""#)
        },
    ]
}
