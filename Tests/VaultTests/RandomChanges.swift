import Domain
import SecretMemory
import TestSupport

@testable import Vault

/// Any change that a vault can be asked for, sensible or not.
struct RandomChanges {
    let vault: Vault
    let time: ManualTime
    var dice: Dice
    private var number = 0

    init(vault: Vault, time: ManualTime, dice: Dice) {
        (self.vault, self.time, self.dice) = (vault, time, dice)
    }

    private static let names = ["alpha", "beta", "gamma"]

    private var now: Timestamp { time.now.wall }

    private mutating func id() -> String {
        number += 1
        return "id-\(number)"
    }

    /// An app that there is; an error when there is none.
    private mutating func entry() throws -> AppEntry {
        let entries = vault.catalog.apps
        guard !entries.isEmpty else { throw VaultError(.notFound, "no app") }
        return dice.oneOf(entries)
    }

    private mutating func target() throws -> TargetEntry {
        let targets = vault.catalog.targets
        guard !targets.isEmpty else { throw VaultError(.notFound, "no target") }
        return dice.oneOf(targets)
    }

    /// The current generation, or the one before or after it.
    private mutating func generation(of entry: AppEntry) -> Generation {
        Generation(entry.generation.number + dice.below(3) - 1) ?? .first
    }

    /// - Returns: what was done.
    mutating func next() async throws -> String {
        switch dice.below(5) {
        case 0: try await nextApp()
        case 1: try await nextNote()
        case 2: try await nextRotation()
        case 3: try await nextTarget()
        default: try await nextOther()
        }
    }

    private mutating func nextApp() async throws -> String {
        switch dice.below(6) {
        case 0...2:
            try await vault.add(.sample(dice.oneOf(Self.names), id: id()), clientSecret: SecretBox("secret-\(number)"))
            return "app add"
        case 3:
            try await vault.removeApp(try entry().name, force: dice.below(2) == 0)
            return "app remove"
        case 4:
            var app = try entry().app
            app.policy.overlap = dice.below(1000)
            try await vault.update(app) { [app] in $0 = app }
            return "app set"
        default:
            var app = try entry().app
            app.accountID += "x"
            try await vault.identify(app) { [app] in $0 = app }
            return "app identify"
        }
    }

    private mutating func nextNote() async throws -> String {
        let entry = try entry()
        let (app, generation) = (entry.app, generation(of: entry))
        switch dice.below(5) {
        case 0:
            let token = Token(
                accessToken: SecretBox("token-\(id())"), tokenType: "bearer", scopes: nil, apiURL: "https://x",
                generation: generation, issuedAt: now, expiresAt: now + 3600)
            try await vault.save(SeenToken(token: token, seen: time.now, minted: true), for: app)
            return "token"
        case 1:
            try await vault.save(Refusals.sample([now], generation: generation), for: app)
            return "refusals"
        case 2:
            try await vault.save(nil, for: app)
            return "no refusals"
        case 3:
            let node = NodeID(rawValue: dice.oneOf(["first", "second"])) ?? .first
            let receipt = Receipt(
                holder: Holder(node: node, client: .test(dice.oneOf(["one", "two"]))), generation: generation,
                secret: dice.oneOf([nil, "a", "b"]), at: now, isAcknowledged: dice.below(2) == 0)
            try await vault.save([(app, receipt)])
            return "receipt"
        default:
            let schedulerState = SchedulerState(
                rotation: dice.below(2) == 0 ? nil : .init(base: generation, due: now),
                probe: dice.below(2) == 0 ? nil : .init(generation: generation, at: now),
                scope: dice.below(2) == 0 ? nil : .init(at: now, lack: .missingScopes))
            try await vault.save([(app, schedulerState)])
            return "scheduler_state"
        }
    }

    private mutating func nextRotation() async throws -> String {
        let entry = try entry()
        guard var rotation = entry.rotation else {
            let trigger = dice.oneOf([RotationTrigger.schedule, .operator, .manual])
            try await vault.begin(planned(entry, trigger), of: entry.app)
            return "begin"
        }
        rotation.reason = dice.oneOf([nil, "because", "of something"])
        rotation.candidate = SecretBox("candidate-\(id())")
        switch dice.below(5) {
        case 0:
            rotation.phase = .refused
            rotation.endedAt = now
            let next = planned(entry, .schedule)
            guard dice.below(2) == 0 else {
                try await vault.advance(rotation, of: entry.app)
                return "refuse"
            }
            try await vault.supersede(rotation, by: next, of: entry.app)
            return "supersede"
        case 1, 2:
            rotation.phase = .current
            rotation.promotedAt = now
            rotation.revokeAt = now + 100
            let new = Credential(
                generation: rotation.target, state: .current, clientSecret: SecretBox("secret-\(id())"), createdAt: now)
            try await vault.promote(new, by: rotation, of: entry.app)
            return "promote"
        case 3 where rotation.promotedAt != nil:
            rotation.phase = .retired
            rotation.endedAt = now
            let next = dice.below(2) == 0 ? nil : planned(entry, .operator)
            try await vault.retire(by: rotation, beginning: next, of: entry.app)
            return "retire"
        default:
            rotation.phase = dice.oneOf([.intended, .lostResponse, .received, .verified, .blocked, .draining])
            rotation.due = dice.below(2) == 0 ? nil : now + 5
            try await vault.advance(rotation, of: entry.app)
            return "advance"
        }
    }

    private mutating func planned(_ entry: AppEntry, _ trigger: RotationTrigger) -> Rotation {
        .planned(id: id(), app: entry.app, base: entry.generation, trigger: trigger, overlap: 60, at: now)
    }

    private mutating func nextTarget() async throws -> String {
        switch dice.below(6) {
        case 0, 1:
            let app = try entry().app
            var target = PushTarget.sample(dice.oneOf(["t1", "t2", "t3"]), of: app, connection: "shared")
            target = PushTarget(
                id: id(), name: target.name, appID: app.id, app: app.name, adminURL: target.adminURL,
                connection: dice.oneOf(["shared", "other"]), fields: target.fields, login: target.login,
                trust: .pin("ab"), replication: target.replication, settle: 1, createdAt: now)
            try await vault.add(target)
            return "target add"
        case 2:
            try await vault.removeTarget(try target().target.name, force: dice.below(2) == 0)
            return "target remove"
        case 3:
            var target = try target().target
            target.connection = dice.oneOf(["shared", "other"])
            target.settle = dice.below(100)
            try await vault.set(target, Delivery())
            return "target set"
        case 4:
            let entry = try target()
            var delivery = entry.delivery
            delivery.generation = dice.oneOf([nil, .first, .first.next])
            delivery.waiting = "step \(number)"
            if dice.below(3) == 0 { delivery.drift = Drift(seenAt: now, kind: .saved) }
            try await vault.save(delivery, of: entry.target)
            return "delivery"
        default:
            try await vault.save(pinExpires: now + 1000, of: try target().target)
            return "pin"
        }
    }

    private mutating func nextOther() async throws -> String {
        switch dice.below(10) {
        case 0, 1:
            try await vault.add(.sample(dice.oneOf(["one", "two"]), id: id(), gid: dice.below(2) == 0 ? nil : 5))
            return "client add"
        case 2:
            try await vault.removeClient(.test(dice.oneOf(["one", "two"])))
            return "client remove"
        case 3:
            try await vault.suspectAll(
                at: now, floors: [.test("alpha"): GenerationFloor(generation: .first.next.next)],
                spent: [.test("beta"): .first.next])
            return "restore"
        case 4:
            _ = try await vault.addUnlockMethod(.keyFile("j"), at: now)
            return "key add"
        case 5:
            let others = vault.unlockMethods.map(\.id).filter { $0 != "1" }
            guard !others.isEmpty else { throw VaultError(.notFound, "no other way") }
            try await vault.removeUnlockMethod(dice.oneOf(others))
            return "key remove"
        case 6:
            guard vault.hasOldEpochs else {
                try await vault.beginEpoch()
                return "key rotate"
            }
            var cursor: ResealCursor? = ResealCursor()
            while let from = cursor { cursor = try await vault.reseal(from: from, limit: 7).next }
            try await vault.dropOldEpochs()
            return "key epochs"
        case 7:
            try await vault.save(auditTrouble: "trouble \(dice.below(2))")
            return "audit trouble"
        case 8:
            try await vault.acknowledgeAuditTrouble(recording: nil)
            return "audit acknowledge"
        default:
            try await vault.adopt()
            try await vault.saveAuditHead()
            return "adopt"
        }
    }
}
