import Audit
import Domain
import Envelope
import SecretMemory
import TestSupport

@testable import Vault

private func at(_ second: Int) -> Timestamp { Timestamp(unixSeconds: 1_700_000_000 + second) }

private func generation(_ number: Int) -> Generation { (1..<number).reduce(.first) { last, _ in last.next } }

extension RecordSample {
    static var apps: [RecordSample] {
        let small = App(
            id: "a1", name: .test("zoom"), accountID: "account", clientID: "client", marketplaceAppID: nil,
            environment: .commercial, createdAt: at(1))
        let government = App(
            id: "a1", name: .test("zoom"), accountID: "account", clientID: "client", marketplaceAppID: nil,
            environment: .government, createdAt: at(1))
        var full = App(
            id: "a2", name: .test("a.b-c_9"), accountID: "account \"é\"", clientID: "client",
            marketplaceAppID: "market",
            environment: .custom(tokenURL: "https://t", apiURL: "https://a"), createdAt: at(1),
            policy: RotationPolicy(
                every: 2_592_000, windows: "Sun 02:00-04:00", timeZone: "Europe/Berlin", overlap: 60, isPaused: true),
            rotationGrant: "account_credentials")
        full.profile[.description] = "what"
        full.profile[.company] = "whose"
        full.profile[.contactName] = "who"
        full.profile[.contactEmail] = "where"
        full.profile[.features] = "how"
        full.profile[.owner] = "team"
        full.labels = Labels([Label("team=identity"), Label("env=")].compactMap(\.self)) ?? Labels()
        full.first = generation(5)
        full.floor = GenerationFloor(generation: generation(7), madeAt: at(2), restoredUntil: at(3))
        var floor = small
        floor.floor = GenerationFloor(generation: generation(2))
        let rest = #""created_at":1700000001,"windows":"","time_zone":"UTC","overlap":604800,"paused":false"#
        return [
            RecordSample(
                "minimal", small, [.text("a1")],
                required: "name", "account_id", "client_id", "environment", "created_at", "windows", "time_zone",
                "overlap",
                "paused",
                text: """
                    {"name":"zoom","account_id":"account","client_id":"client","environment":"commercial",
                    \(rest)}
                    """),
            RecordSample(
                "government", government, [.text("a1")],
                text: """
                    {"name":"zoom","account_id":"account","client_id":"client","environment":"government",
                    \(rest)}
                    """),
            RecordSample(
                "floor", floor, [.text("a1")],
                text: """
                    {"name":"zoom","account_id":"account","client_id":"client","environment":"commercial",
                    \(rest),"floor":2}
                    """),
            RecordSample(
                "full", full, [.text("a2")], required: "token_url", "api_url",
                text: #"""
                    {"name":"a.b-c_9","account_id":"account \"é\"","client_id":"client","marketplace_app_id":"market",
                    "environment":"custom","token_url":"https://t","api_url":"https://a","created_at":1700000001,
                    "rotation_grant":"account_credentials","rotate_every":2592000,"windows":"Sun 02:00-04:00",
                    "time_zone":"Europe/Berlin","overlap":60,"paused":true,"description":"what","company":"whose",
                    "contact_name":"who","contact_email":"where","features":"how","owner":"team","labels":{"env":"","team":"identity"},"first":5,"floor":7,
                    "floor_made_at":1700000002,"restored_until":1700000003}
                    """#),
            RecordSample(
                "minimal",
                GenerationRecord(
                    appID: "a1",
                    Credential(
                        generation: .first, state: .current, clientSecret: SecretBox("s"), createdAt: at(1))),
                [.text("a1.1"), .text("a1"), .integer(1), .text("current")], required: "client_secret", "created_at",
                text: #"{"client_secret":"s","created_at":1700000001}"#),
            RecordSample(
                "full",
                GenerationRecord(
                    appID: "a1",
                    Credential(
                        generation: generation(3), state: .previous, clientSecret: SecretBox("s\"\\"), createdAt: at(1),
                        suspectSince: at(2))),
                [.text("a1.3"), .text("a1"), .integer(3), .text("previous")],
                text: #"{"client_secret":"s\"\\","created_at":1700000001,"suspect_since":1700000002}"#),
        ]
    }

    static var clients: [RecordSample] {
        let small = Client(
            id: "c1", name: .test("one"), selectors: Selectors(uid: 0, user: nil), grants: [], createdAt: at(1))
        let selectors = Selectors(
            uid: .max, user: "ann", gid: 5, unit: UnitName("pf.service"), executable: "/usr/bin/pf", allowsForeign: true
        )
        let grants = [
            Grant(target: .any, permissions: []),
            Grant(target: .app(.test("zoom")), permissions: [.token, .credentials]),
            Grant(target: .app(.test("z")), permissions: [.token]),
        ]
        let holder = Holder(node: .first, client: .test("one"))
        let full = Client(id: "c2", name: .test("two"), selectors: selectors, grants: grants, createdAt: at(2))
        return [
            RecordSample(
                "minimal", small, [.text("c1")], required: "name", "uid", "created_at", "allow",
                text: #"{"name":"one","uid":0,"created_at":1700000001,"allow":[]}"#),
            RecordSample(
                "full", full, [.text("c2")],
                text: """
                    {"name":"two","uid":4294967295,"user":"ann","gid":5,"unit":"pf.service","exe":"/usr/bin/pf",
                    "foreign":true,"created_at":1700000002,"allow":[{"app":"*","permissions":[]},
                    {"app":"zoom","permissions":["credentials","token"]},{"app":"z","permissions":["token"]}]}
                    """),
            RecordSample(
                "acknowledged",
                ReceiptRecord(
                    id: "r1", appID: "a1",
                    Receipt(
                        holder: holder, generation: .first, secret: "e61487e11cc2", at: at(1), isAcknowledged: true)),
                [.text("r1"), .text("a1")], required: "node", "client", "generation", "at", "acknowledged",
                text: """
                    {"node":"first","client":"one","generation":1,"secret":"e61487e11cc2","at":1700000001,
                    "acknowledged":true}
                    """),
            RecordSample(
                "of a secret that is gone",
                ReceiptRecord(
                    id: "r1", appID: "a1",
                    Receipt(holder: holder, generation: .first, secret: nil, at: at(1), isAcknowledged: true)),
                [.text("r1"), .text("a1")],
                text: #"{"node":"first","client":"one","generation":1,"at":1700000001,"acknowledged":true}"#),
        ]
    }

    static var candidates: [RecordSample] {
        [
            RecordSample(
                "minimal",
                Candidate(
                    id: "a1.f", appID: "a1", secret: SecretBox("s"), answeredAt: at(1), savedAt: at(2), beside: .first),
                [.text("a1.f"), .text("a1")],
                required: "answered_at", "saved_at", "beside",
                text: #"{"secret":"s","answered_at":1700000001,"saved_at":1700000002,"beside":1}"#),
            RecordSample(
                "unread",
                Candidate(
                    id: "a1.f", appID: "a1", secret: nil, answer: SecretBox("answer"), answeredAt: at(1),
                    savedAt: at(2),
                    beside: generation(4), askedAt: at(3), verdict: .refused),
                [.text("a1.f"), .text("a1")],
                text: """
                    {"answer":"answer","answered_at":1700000001,"saved_at":1700000002,"beside":4,"asked_at":1700000003,
                    "verdict":"refused"}
                    """),
        ]
    }

    static var rotations: [RecordSample] {
        let small = Rotation(
            id: "r1", appID: "a1", base: .first, trigger: .schedule, plannedAt: at(1), overlap: 60, phase: .planned)
        var full = Rotation(
            id: "r2", appID: "a1", base: .first, trigger: .operator, plannedAt: at(1), overlap: 0, phase: .blocked)
        full.due = at(2)
        full.target = generation(4)
        full.attempts = 3
        full.calls = [Rotation.Call(id: "c1", at: at(3)), Rotation.Call(id: "c2", at: at(4))]
        full.otherCalls = [at(5)]
        full.enteredAt = at(6)
        full.lostAt = at(7)
        full.revokeAt = at(8)
        full.promotedAt = at(9)
        full.publishedAt = at(10)
        full.endedAt = at(11)
        full.reason = "why"
        full.trackingID = "t1"
        full.isRestored = true
        full.resumesAt = .received
        full.endsNowSince = at(12)
        full.successor = "r3"
        full.secretID = "s1"
        full.ending = Rotation.Ending(
            call: Rotation.Call(id: "c3", at: at(13)), expires: at(14), isConfirmed: true, putsBack: true)
        full.servedExpires = at(15)
        full.baseState = .refused
        full.callToken = CallToken(
            accessToken: SecretBox("token"), apiURL: "https://api.zoom.us", grant: "client_credentials", expires: at(16)
        )
        full.answer = SecretBox("answer")
        full.candidate = SecretBox("candidate")
        full.entered = SecretBox("entered")
        var binary = small
        binary.answer = SecretBox(SecretBytes(copying: unsafe [UInt8]([0x7F, 0xFF, 0x80]).span.bytes))
        let start = """
            {"base":1,"trigger":"schedule","planned_at":1700000001,"overlap":60,"attempts":0,"calls":[],"other_calls":[],
            "entered_at":1700000001
            """
        return [
            RecordSample(
                "minimal", small, [.text("r1"), .text("a1"), .text("planned"), .null],
                required: "base", "trigger", "planned_at", "overlap", "attempts", "calls", "other_calls", "entered_at",
                text: start + "}"),
            RecordSample(
                "binary answer", binary, [.text("r1"), .text("a1"), .text("planned"), .null],
                text: start + #","answer_latin1":"\u007f\#u{FF}\u0080"}"#),
            RecordSample(
                "full", full,
                [.text("r2"), .text("a1"), .text("blocked"), .integer(1_700_000_002)],
                text: """
                    {"base":1,"target":4,"trigger":"operator","planned_at":1700000001,"overlap":0,"attempts":3,
                    "calls":[{"id":"c1","at":1700000003},{"id":"c2","at":1700000004}],"other_calls":[1700000005],"entered_at":1700000006,
                    "base_state":"refused","lost_at":1700000007,"revoke_at":1700000008,"promoted_at":1700000009,"published_at":1700000010,
                    "ended_at":1700000011,"reason":"why","tracking_id":"t1","restored":true,"resumes_at":"received",
                    "ends_now_since":1700000012,"successor":"r3","secret_id":"s1",
                    "ending":{"call":{"id":"c3","at":1700000013},"expires":1700000014,"confirmed":true,"puts_back":true},
                    "served_expires":1700000015,
                    "call_token":{"access_token":"token","api_url":"https://api.zoom.us","grant":"client_credentials",
                    "expires":1700000016},
                    "answer":"answer","candidate":"candidate",
                    "entered":"entered"}
                    """),
        ]
    }
}
