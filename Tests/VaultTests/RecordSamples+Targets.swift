import Audit
import Domain
import Envelope
import SecretMemory
import TestSupport

@testable import Vault

private func at(_ second: Int) -> Timestamp { Timestamp(unixSeconds: 1_700_000_000 + second) }

extension RecordSample {
    private static func target(_ login: ConsoleLogin, _ trust: ConsoleTrust, accountID: String? = nil)
        -> PushTarget
    {
        PushTarget(
            id: "t1", name: .test("pf"), appID: "a1", app: .test("zoom"), adminURL: "https://c", connection: "sp",
            fields: PushTarget.Fields(accountID: accountID, clientID: "C", clientSecret: "S"), login: login,
            trust: trust,
            replication: .onSave, settle: 120, createdAt: at(1))
    }

    static var targets: [RecordSample] {
        let cells = [Cell.text("t1"), .text("a1")]
        var full = target(
            .clientCredentials(
                OAuthClient(
                    tokenURL: "https://t", clientID: "id", secret: SecretBox("secret"), scopes: ["one", "two:all"],
                    authMethod: .post)), .pin("0a"), accountID: "A")
        full.replication = .full
        full.pinExpires = at(2)
        full.bypassesExternalValidation = true
        full.restoresDrift = true
        full.provisionerLog = PushTarget.ProvisionerLog(path: "/log", channel: "4")
        var log = target(.certificate(chain: "chain", key: SecretBox("key")), .authorities("CA"))
        log.provisionerLog = PushTarget.ProvisionerLog(path: "/log", channel: nil)
        let scopeless = target(
            .clientCredentials(
                OAuthClient(tokenURL: "https://t", clientID: "id", secret: SecretBox("secret"))), .system)
        let start = #"{"kind":"pingfederate","name":"pf","app_name":"zoom","admin_url":"https://c","connection":"sp","#
        return [
            RecordSample(
                "minimal", target(.basic(user: "u", password: SecretBox("p")), .system), cells,
                required: "kind", "name", "app_name", "admin_url", "connection", "client_id_field",
                "client_secret_field",
                "login", "user", "password", "replication", "settle", "created_at",
                text: start
                    + """
                    "client_id_field":"C","client_secret_field":"S","login":"basic","user":"u","password":"p",
                    "replication":"on-save","settle":120,"created_at":1700000001}
                    """),
            RecordSample(
                "certificate", log, cells, required: "chain", "key",
                text: start
                    + """
                    "client_id_field":"C","client_secret_field":"S","login":"certificate","chain":"chain","key":"key",
                    "authorities":"CA","replication":"on-save","settle":120,"created_at":1700000001,
                    "provisioner_log":"/log"}
                    """),
            RecordSample(
                "without a scope", scopeless, cells,
                text: start
                    + """
                    "client_id_field":"C","client_secret_field":"S","login":"client_credentials","token_url":"https://t",
                    "client_id":"id","client_secret":"secret","token_auth_method":"client_secret_basic",
                    "replication":"on-save","settle":120,"created_at":1700000001}
                    """),
            RecordSample(
                "full", full, cells, required: "token_url", "client_id", "client_secret",
                text: start
                    + """
                    "account_id_field":"A","client_id_field":"C","client_secret_field":"S","login":"client_credentials",
                    "token_url":"https://t","client_id":"id","client_secret":"secret","scope":"one two:all",
                    "token_auth_method":"client_secret_post","pin":"0a","pin_expires_at":1700000002,"replication":"full",
                    "settle":120,"created_at":1700000001,"bypass_external_validation":true,"restore_drift":true,
                    "provisioner_log":"/log","provisioner_channel":"4"}
                    """),
        ] + deliveries
    }

    private static var deliveries: [RecordSample] {
        var full = Delivery()
        full.generation = .first.next
        full.before = .first
        full.waiting = "node"
        (full.pushedAt, full.savedAt, full.replicatedAt, full.lookedAt) = (at(1), at(2), at(3), at(4))
        full.replicationAsked = true
        full.known = Sighting(secret: "shown", savedAt: "saved", rest: "rest")
        full.drift = Drift(seenAt: at(5), kind: .saved, savedAt: "then")
        full.restoration = Restoration(triedAt: at(6))
        full.restoration?.count = 7
        full.restoration?.first = at(7)
        full.restoration?.last = at(8)
        full.failure = .init(
            at: at(9), step: .replication, cause: "cause", reason: "reason", hint: "hint", isRefusal: true)
        var parts = Delivery()
        parts.known = Sighting(secret: nil, savedAt: nil, rest: "rest")
        parts.drift = Drift(seenAt: at(5), kind: .identity)
        parts.restoration = Restoration(triedAt: at(6))
        parts.failure = .init(at: at(9), step: .access, cause: "cause", reason: "reason", hint: nil, isRefusal: false)
        return [
            RecordSample(
                "minimal", DeliveryRecord(targetID: "t1", Delivery()), [.text("t1")], required: "replication_asked",
                text: #"{"replication_asked":false}"#),
            RecordSample(
                "parts", DeliveryRecord(targetID: "t1", parts), [.text("t1")],
                required: "replication_asked", "change", "restored", "step", "cause", "reason", "refusal",
                text: """
                    {"replication_asked":false,"rest":"rest","changed_at":1700000005,"change":"identity",
                    "restore_tried_at":1700000006,"restored":0,"failed_at":1700000009,"step":"access","cause":"cause",
                    "reason":"reason","refusal":false}
                    """),
            RecordSample(
                "full", DeliveryRecord(targetID: "t1", full), [.text("t1")],
                text: """
                    {"generation":2,"before":1,"waiting":"node","pushed_at":1700000001,"saved_at":1700000002,
                    "replication_asked":true,"replicated_at":1700000003,"shown":"shown","saved":"saved","rest":"rest",
                    "looked_at":1700000004,"changed_at":1700000005,"change":"saved","change_saved":"then",
                    "restore_tried_at":1700000006,"restored":7,"restored_first":1700000007,"restored_last":1700000008,
                    "failed_at":1700000009,"step":"replication","cause":"cause","reason":"reason","hint":"hint",
                    "refusal":true}
                    """),
        ]
    }

    /// What Zoom gives again, and what the scheduler remembers.
    static var caches: [RecordSample] {
        func token(_ scopes: [String]?) -> TokenRecord {
            TokenRecord(
                appID: "a1",
                Token(
                    accessToken: SecretBox("t"), tokenType: "bearer", scopes: scopes, apiURL: "https://a",
                    generation: .first.next, issuedAt: at(1), expiresAt: at(3600)))
        }
        let probe = SchedulerState.Probe(
            generation: .first.next, at: at(2), cause: .invalidClient, reason: "r", missingScopes: ["a", "b"])
        return [
            RecordSample(
                "minimal", token(nil), [.text("a1"), .integer(1_700_003_600)],
                required: "access_token", "token_type", "api_url", "generation", "issued_at",
                text: """
                    {"access_token":"t","token_type":"bearer","api_url":"https://a","generation":2,
                    "issued_at":1700000001}
                    """),
            RecordSample(
                "full", token(["a", "b:c"]), [.text("a1"), .integer(1_700_003_600)],
                text: """
                    {"access_token":"t","token_type":"bearer","scope":"a b:c","api_url":"https://a","generation":2,
                    "issued_at":1700000001}
                    """),
            RecordSample(
                "no scopes", token([]), [.text("a1"), .integer(1_700_003_600)],
                text: """
                    {"access_token":"t","token_type":"bearer","scope":"","api_url":"https://a","generation":2,
                    "issued_at":1700000001}
                    """),
            RecordSample(
                "minimal",
                RefusalsRecord(
                    appID: "a1", Refusals(generation: .first, times: [], cause: .invalidClient, reason: "r")),
                [.text("a1")], required: "generation", "times", "cause", "reason",
                text: #"{"generation":1,"times":[],"cause":"invalid_client","reason":"r"}"#),
            RecordSample(
                "full",
                RefusalsRecord(
                    appID: "a1",
                    Refusals(
                        generation: .first, times: [at(1), at(2)], cause: .invalidClient, reason: "r", mayPass: true)),
                [.text("a1")],
                text:
                    #"{"generation":1,"times":[1700000001,1700000002],"cause":"invalid_client","reason":"r","may_pass":true}"#
            ),
            RecordSample("minimal", SchedulerStateRecord(appID: "a1", SchedulerState()), [.text("a1")], text: "{}"),
            RecordSample(
                "parts",
                SchedulerStateRecord(
                    appID: "a1",
                    SchedulerState(probe: .init(generation: .first, at: at(2)), scope: .init(at: at(3)))),
                [.text("a1")], required: "probe_at", "probe_missing",
                text: """
                    {"probe_generation":1,"probe_at":1700000002,"probe_missing":[],"scope_at":1700000003}
                    """),
            RecordSample(
                "full",
                SchedulerStateRecord(
                    appID: "a1",
                    SchedulerState(
                        rotation: .init(base: .first, due: at(1)), probe: probe,
                        scope: .init(at: at(3), lack: .missingScopes))),
                [.text("a1")], required: "rotation_due",
                text: """
                    {"rotation_base":1,"rotation_due":1700000001,"probe_generation":2,"probe_at":1700000002,
                    "probe_cause":"invalid_client","probe_reason":"r","probe_missing":["a","b"],"scope_at":1700000003,
                    "scope_lack":"missing_scopes"}
                    """),
        ]
    }
}
