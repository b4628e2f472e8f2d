import Audit
import Domain
import Envelope
import SecretJSON
import SecretMemory
import TestSupport
import Testing

@testable import Vault

@Suite struct RecordTests {
    private let sealer: Sealer
    private static let now = Timestamp(unixSeconds: 1_800_000_000)
    private static let strange = [
        "", " ", "a\"b\\c/d", "\n\t\0\u{1F}", "é e\u{301} \u{1F511}", String(repeating: "x", count: 9000),
    ]

    init() throws { sealer = Sealer(keyring: try Keyring.generate()) }

    private func again<R: Record>(_ record: R) throws -> R { try sealer.open(sealer.seal(record), as: R.self) }

    @Test(
        arguments: strange.map { ZoomEnvironment.custom(tokenURL: $0, apiURL: $0 + "!") } + [.commercial, .government])
    func `an app comes back as it was`(environment: ZoomEnvironment) throws {
        for marketplace in [nil, "", "m"] {
            for text in Self.strange {
                var app = App(
                    id: "id", name: .test("a.b-c_9"), accountID: text, clientID: "c" + text,
                    marketplaceAppID: marketplace,
                    environment: environment, createdAt: Self.now)
                app.profile[.company] = marketplace
                app.profile[.contactEmail] = text
                #expect(try again(app) == app)
            }
        }
    }

    @Test(arguments: [
        [], [Grant(target: .any, permissions: [])], [Grant(target: .any, permissions: [.token])],
        [Grant(target: .app(.test("alpha")), permissions: [.credentials])],
        [
            Grant(target: .app(.test("b")), permissions: [.credentials, .token]),
            Grant(target: .any, permissions: [.token]),
            Grant(target: .app(.test("b")), permissions: []),
        ],
    ]) func `a client comes back as it was, its policy neither wider nor narrower`(grants: [Grant]) throws {
        for (uid, user, gid) in [
            (0, nil, nil), (UInt32.max, "", 0), (1000, "somebody", UInt32.max), (1, "\u{1F511}", 5),
        ] as [(UInt32, String?, UInt32?)] {
            let client = Client.sample("one", uid: uid, user: user, gid: gid, grants: grants)
            #expect(try again(client) == client)
        }
    }

    @Test func `a client's further selectors come back as they were`() throws {
        for (unit, exe, foreign) in [
            ("a.service", nil, false), (nil, "/usr/bin/a b", false), (nil, nil, true),
            (#"x\x2dy@1.service"#, "/é", true),
        ] as [(String?, String?, Bool)] {
            let selectors = Selectors(
                uid: 1, user: nil, gid: 2, unit: unit.flatMap { UnitName($0) }, executable: exe, allowsForeign: foreign)
            let client = Client(id: "id", name: .test("one"), selectors: selectors, grants: [], createdAt: Self.now)
            #expect(selectors.unit?.description == unit)
            #expect(try again(client) == client)
        }
    }

    @Test func `a client's row without further selectors is read, and written as it was`() throws {
        let text = #"{"name":"one","uid":1000,"user":"ann","gid":5,"created_at":1800000000,"allow":[]}"#
        let client = try Client(cells: [.text("id")], plaintext: SecretBytes(copying: text))
        #expect(client.selectors == Selectors(uid: 1000, user: "ann", gid: 5))
        #expect(client.encoded().plaintext.text == text)
    }

    @Test(arguments: strange)
    func `a client secret comes back byte for byte, whatever its generation`(text: String) throws {
        for number in [1, 2, Int.max] {
            let credential = Credential(
                generation: try #require(Generation(number)), state: .current, clientSecret: SecretBox(text),
                createdAt: Self.now)
            let record = try again(GenerationRecord(appID: "app", credential))
            #expect(record.appID == "app" && record.credential.generation.number == number)
            #expect(plain(record.credential.clientSecret.bytes) == Array(text.utf8))
            #expect(record.credential.state == .current && record.credential.createdAt == Self.now)
        }
    }

    @Test(arguments: [nil, [], ["a"], ["user:read:admin", "x", "y z".replacing(" ", with: ":")]])
    func `a token comes back as it was`(scopes: [String]?) throws {
        for text in Self.strange {
            let token = Token(
                accessToken: SecretBox(text), tokenType: "bearer" + text, scopes: scopes, apiURL: text,
                generation: .first.next,
                issuedAt: Self.now, expiresAt: Self.now + 3599)
            let record = try again(TokenRecord(appID: "app", token))
            #expect(record.appID == "app")
            #expect(VaultPicture.TokenPicture(record.token) == VaultPicture.TokenPicture(token))
        }
    }

    @Test(arguments: [[], [0], [5, 4, 4], Array(0..<100)])
    func `refusals come back as they were`(seconds: [Int]) throws {
        for text in Self.strange {
            let refusals = Refusals(
                generation: .first, times: seconds.map { Self.now + $0 }, cause: .refused, reason: text + "!")
            #expect(try again(RefusalsRecord(appID: "app", refusals)).refusals == refusals)
        }
    }

    @Test(arguments: [ConsoleTrust.system, .authorities("-----BEGIN\n"), .pin(String(repeating: "0", count: 64))])
    func `a push target comes back as it was, its password and key byte for byte`(trust: ConsoleTrust) throws {
        for text in Self.strange {
            for login in [
                .basic(user: text, password: SecretBox(text)),
                .clientCredentials(
                    .init(
                        tokenURL: text, clientID: text, secret: SecretBox(text), scopes: ["one", "two:all"],
                        authMethod: .post)),
                .certificate(chain: text, key: SecretBox(text)),
            ] as [ConsoleLogin] {
                for replication in ReplicationMode.allCases {
                    let target = PushTarget.sample(
                        "one", of: .sample("alpha"), login: login, trust: trust, replication: replication)
                    let again = try self.again(target)
                    #expect(
                        VaultPicture.TargetPicture(TargetEntry(target: again))
                            == VaultPicture.TargetPicture(TargetEntry(target: target)))
                }
            }
        }
    }

    @Test(arguments: strange) func `a target's delivery comes back as it was`(text: String) throws {
        var full = Delivery()
        (full.before, full.waiting) = (.first, "10.0.0.2 is OUT_OF_DATE")
        full.generation = .first.next
        (full.pushedAt, full.replicatedAt, full.lookedAt) = (Self.now, Self.now, Self.now)
        full.replicationAsked = true
        full.known = Sighting(secret: text, savedAt: text, rest: text)
        full.drift = Drift(seenAt: Self.now, kind: .saved, savedAt: text)
        full.restoration = Restoration(triedAt: Self.now)
        full.restoration?.count = 7
        full.restoration?.first = Self.now
        full.restoration?.last = Self.now
        full.failure = .init(at: Self.now, step: .replication, cause: text, reason: text, hint: text, isRefusal: true)
        for delivery in [Delivery(), full] {
            #expect(try again(DeliveryRecord(targetID: "t", delivery)).delivery == delivery)
        }
    }

    @Test func `the vault's state comes back as it was`() throws {
        var state = VaultState()
        state.newest = HistoryPoint(commit: Int.max, head: "head")
        state.digest.count(try sealer.digest(of: sealer.seal(App.sample("alpha"))))
        let again = try again(state)
        #expect(again.newest == state.newest && again.digest.rows == 1 && again.digest == state.digest)
        state.digest.discount(state.digest.set)
        #expect(state.digest == CountedDigest())
    }

    @Test func `the events for the audit log come back as they were, with the log's end and the lost ones`() throws {
        for (number, text) in Self.strange.enumerated() {
            let event = AuditEvent(.init("app.add"), .done, [("app", .text(String(text.prefix(2000))))])
            let entry = AuditEntry(event, at: Self.now + number, commit: number + 1)
            #expect(try again(OutboxRecord(entry)).entry == entry)
        }
        let head = AuditHead(sequence: 7, code: LineCode())
        #expect(try again(AuditHeadRecord(head)).head == head)
        var state = NodeState()
        state.outboxBytes = 4711
        state.outboxLoss = AuditBacklog.Loss(events: 1, time: Self.now, commit: 950)
        let found = try again(state)
        #expect(found.outboxBytes == 4711 && found.outboxLoss == state.outboxLoss)
    }

    @Test func `rows of the outbox are in the order of the commits`() {
        let commits = [1, 2, 9, 10, 99, 100, 123_456, Int.max]
        #expect(commits.map(OutboxRecord.id) == commits.map(OutboxRecord.id).sorted())
    }

    @Test(arguments: [Int.min, -1, 0, Int.max])
    func `a time before 1970 or after 9999 comes back as what can be written`(seconds: Int) throws {
        let app = App(
            id: "id", name: .test("a"), accountID: "", clientID: "", marketplaceAppID: nil, environment: .commercial,
            createdAt: Timestamp(unixSeconds: seconds))
        #expect(try again(app).createdAt == Timestamp(unixSeconds: seconds))
    }

    @Test func `a cause that only a newer version knows is read as one that this version knows`() throws {
        for (member, cause) in [("", ZoomCause.refused), (#","may_pass":true"#, .unexpectedAnswer)] {
            let text = #"{"generation":1,"times":[],"cause":"not_known_yet","reason":"r"\#(member)}"#
            let record = try RefusalsRecord(cells: [.text("app")], plaintext: SecretBytes(copying: text))
            #expect(record.refusals.cause == cause)
        }
    }

    @Test func `a record that could not be read back is not sealed`() throws {
        let broken = SecretBox(
            SecretBytes(count: 2) { span in span.storeBytes(of: 0xFF, toByteOffset: 0, as: UInt8.self) })
        let credential = Credential(generation: .first, state: .current, clientSecret: broken, createdAt: Self.now)
        #expect(throws: VaultError.self) { try sealer.seal(GenerationRecord(appID: "app", credential)) }
        let grants = [Grant](repeating: Grant(target: .app(.test("a")), permissions: [.token]), count: 3000)
        #expect(throws: VaultError.self) { try sealer.seal(Client.sample("one", grants: grants)) }
    }
}
