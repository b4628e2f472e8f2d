import Domain
import Report
import SocketAPI
import TestSupport

/// Reports about apps that were never there: their daemon's answers, made up.
struct Sample {
    static let now = Timestamp(unixSeconds: 1_796_000_000)
    static let day = 86_400

    private(set) var apps: [AppDocument] = []
    private(set) var summaries: [StatusDocument.App] = []
    var evidence: [AppEvidence] = []
    private(set) var targets: [TargetDocument] = []
    var problems: [HealthIssue] = []
    var actions: [String] = []
    var refusals: [EvidencePage.Refusals] = []
    private var dice: Dice
    private var line = 1000

    init(apps count: Int, seed: UInt64 = 1) {
        dice = Dice(seed)
        for number in 0..<count { add(number) }
    }

    static let owners: [String?] = [
        "identity@example.org", nil, "Team für Zugänge", "collaboration-platform-operations@subsidiary.example.org",
    ]

    private mutating func add(_ number: Int) {
        let places = [
            "zoom-prod", "zoom-test", "provisioning-europe-west-1", "hr",
            "a-rather-long-name-of-an-app-that-somebody-chose",
        ]
        let name = Name.test("\(places[number % 5])-\(number)")
        let every = [30, 30, 90, nil, 7][number % 5]
        let length = (every ?? 40) * Self.day
        // Some are overdue, and one is blocked.
        var live = Self.now + -(dice.below(length) + (number % 11 == 4 ? length : 0))
        var rotations: [RotationDocument] = []
        var lines: [String] = []
        var requests: [AppEvidence.Requests] = []
        let hasTarget = number % 3 != 1
        let first = live
        var generation = 9
        while generation > 1, Self.now - live < 120 * Self.day {
            let rotation = rotation(name, generation, live: live, isByHand: number % 7 == 3 && generation == 8)
            rotations.insert(rotation, at: 0)
            lines = self.lines(rotation, by: generation % 2 == 0 ? "anna" : nil, hasTarget: hasTarget) + lines
            for (client, delay) in [("pingfederate", 40), ("sync-job", 5400)] where number % 2 == 0 || delay < 100 {
                requests.append(
                    AppEvidence.Requests(
                        action: "credentials.get", outcome: "allowed", client: client, uid: 990 + delay % 7,
                        generation: generation, first: live + delay, last: live + (delay + 6 * Self.day),
                        count: 100 + dice.below(9000)))
            }
            generation -= 1
            live = live + -length
        }
        if number % 9 == 5 {
            requests.append(
                AppEvidence.Requests(
                    action: "credentials.get", outcome: "denied", client: nil, uid: 1003, generation: nil,
                    first: Self.now + -3 * Self.day, last: Self.now + -2 * Self.day, count: 14))
        }
        if number % 13 == 6 {
            lines.append(
                log(
                    "target.changed_outside", name, Self.now + -4 * Self.day,
                    #""target":"console-\#(number)","actor":"keyturnd","reason":"the connection was saved by somebody else""#
                ))
        }
        let policy = RotationPolicy(every: every.map { $0 * Self.day }, isPaused: number % 17 == 8)
        apps.append(
            AppDocument(
                name: name, generation: 9, accountID: "account", clientID: "client-\(number)", marketplaceAppID: nil,
                environment: .commercial, tokenURL: "https://zoom.us/oauth/token", apiURL: "https://api.zoom.us/v2",
                secretFingerprint: "f", secretLength: 32, secretCreatedAt: first,
                createdAt: Self.now + -400 * Self.day,
                profile: AppProfile([
                    .owner: Self.owners[number % 4], .description: number % 2 == 0 ? "Users of the head office" : nil,
                ]),
                labels: Labels([Label("env=\(number % 2 == 0 ? "prod" : "test")")].compactMap(\.self)) ?? Labels(),
                policy: PolicyDocument(policy, nextAt: every.map { first + $0 * Self.day }), warnings: []))
        summaries.append(
            StatusDocument.App(
                app: name, generation: 9, secretCreatedAt: first, token: .fresh, tokenExpiresAt: nil, rotation: nil,
                paused: policy.isPaused, nextRotationAt: nil, probedAt: nil, oldHolders: 0))
        evidence.append(
            AppEvidence(
                app: name,
                history: HistoryDocument(
                    appAddedAt: Self.now + -400 * Self.day, first: max(generation, 1), current: (9, first),
                    rotations: rotations
                ).since(Self.now + -90 * Self.day),
                holders: [], requests: requests.sorted { $0.first < $1.first }, lines: lines, linesLeftOut: 0,
                requestsLeftOut: 0))
        if hasTarget { targets.append(Self.target("console-\(number)", of: name, at: first + 30)) }
    }

    private mutating func rotation(
        _ app: Name, _ generation: Int, live: Timestamp, isByHand: Bool
    ) -> RotationDocument {
        let id = (0..<32).map { _ in dice.oneOf(Array("0123456789abcdef")) }
        let end = live + 7 * Self.day
        let isOver = end < Self.now
        return RotationDocument(
            id: String(id), app: app, state: isOver ? .retired : .draining,
            trigger: isByHand ? .manual : generation % 2 == 0 ? .operator : .schedule, base: generation - 1,
            target: generation, plannedAt: live + -12, due: nil, oldSecretExpiresAt: end, promotedAt: live,
            endedAt: isOver ? end + 3 : nil, calls: 1, reason: nil, hint: nil)
    }

    private mutating func lines(_ rotation: RotationDocument, by user: String?, hasTarget: Bool) -> [String] {
        guard let live = rotation.promotedAt else { return [] }
        let members =
            #""rotation":"\#(rotation.id)","generation":\#(rotation.base),"new_generation":\#(rotation.target)"#
        let automatic = members + #","actor":"keyturnd""#
        var found = [
            user.map {
                log(
                    "rotation.rotate", rotation.app, live + -12,
                    members + #","uid":0,"user":"root","login_uid":1000,"login_user":"\#($0)""#)
            }
                ?? log("rotation.planned", rotation.app, live + -12, automatic),
            log("rotation.intended", rotation.app, live + -9, automatic),
            log("rotation.received", rotation.app, live + -8, automatic),
            log("rotation.verified", rotation.app, live + -6, automatic),
            log("rotation.current", rotation.app, live, automatic),
        ]
        if hasTarget {
            found.append(
                log(
                    "target.pushed", rotation.app, live + 24,
                    #""target":"console-\#(rotation.app.description.split(separator: "-").last ?? "")","generation":\#(rotation.target),"actor":"keyturnd""#
                ))
            found.append(log("rotation.published", rotation.app, live + 25, automatic))
        }
        found.append(log("rotation.draining", rotation.app, live + 26, automatic))
        guard let end = rotation.endedAt else { return found }
        found.append(
            log(
                "rotation.draining", rotation.app, end + -120,
                automatic + #","reason":"Zoom revokes the old secret at \#(end)""#))
        found.append(log("rotation.retired", rotation.app, end, automatic))
        return found
    }

    mutating func log(_ action: String, _ app: Name, _ at: Timestamp, _ more: String) -> String {
        line += 1
        return
            #"{"seq":\#(line),"time":"\#(at)","action":"\#(action)","outcome":"done","app":"\#(app)",\#(more),"mac":"0966e367da17c53eeaf8e2e449b35777"}"#
    }

    private static func target(_ name: String, of app: Name, at time: Timestamp) -> TargetDocument {
        TargetDocument(
            name: .test(name), app: app, adminURL: "https://console.example.com:9999/pf-admin-api/v1",
            connection: "zoom-outbound", fields: TargetFields(accountID: nil, clientID: "a", clientSecret: "b"),
            login: .basic, user: "keyturn", oauth: nil, trust: .system, pin: nil, clientCertExpires: nil,
            trustExpires: nil, replicate: .onSave, settle: 120, bypassesExternalValidation: false,
            restoresDrift: false, createdAt: time + -300 * day, state: .current, generation: 9, pushedAt: time,
            replicatedAt: nil, lookedAt: nil, changedAt: nil, change: nil, restoration: nil, sameConnection: [],
            failure: nil, provisioner: nil)
    }

    /// - Parameter change: of an app's document.
    mutating func mapApps(_ change: (AppDocument) -> AppDocument) { apps = apps.map(change) }

    func report(
        since days: Int = 90, audit findings: [String] = [], selection: String? = nil
    ) -> RotationReport {
        RotationReport(
            since: Self.now + -days * Self.day,
            status: StatusDocument(
                state: .unlocked, version: "1.0", startedAt: Self.now, now: Self.now, problems: problems,
                apps: summaries),
            apps: apps, evidence: evidence, targets: targets, actions: actions, hasMoreActions: false,
            refusals: refusals,
            audit: AuditReport(
                segments: 3, lines: 120_345, first: 1, last: 120_345, code: "0966e367da17c53eeaf8e2e449b35777",
                findings: findings),
            verifiedAt: Self.now, host: "vault-1.example.org", madeBy: "anna", selection: selection)
    }
}
