import Audit
import Domain
import Maintenance
import Rotation
import SecretMemory
import SocketAPI
import Tokens
import Vault

/// Operators' requests about all objects together.
struct ObjectsActions {
    let apps: AppActions
    let session: VaultController.Session
    let time: any TimeSource
    let audited: AuditedAction?

    /// How many apps are verified at once.
    private static let mostAtOnce = 4

    var all: ObjectsDocument {
        let catalog = session.vault.catalog
        return ObjectsDocument(
            apps: catalog.apps.map { AppObject($0.app) }, clients: catalog.clients.map { ClientDraft($0).normalised },
            targets: catalog.targets.map { TargetObject($0.target) })
    }

    func plan(_ request: ObjectsRequest) throws(Problem) -> ObjectsPlan {
        ObjectsPlan(done: false, changes: try comparison(request).plan)
    }

    /// Verifies first, then changes all apps and clients in one commit. Targets have their own operations, since each is
    /// tried at its console.
    func apply(_ request: ObjectsRequest) async throws(Problem) -> ObjectsPlan {
        let found = try comparison(request)
        try Self.check(found.plan, against: request.removing)
        let new = found.plan.filter { $0.kind == .app && $0.action == .add && $0.needsSecret }
        guard new.isEmpty else {
            let names = new.map { "'\($0.name)'" }.joined(separator: ", ")
            throw Problem(.badRequest, "new apps need their client secrets: \(names)")
        }
        let made = found.plan.filter {
            $0.kind != .target || $0.action == .remove && found.removedTargets.contains($0.name)
        }
        guard !made.isEmpty else { return ObjectsPlan(done: true, changes: []) }
        let minted = request.verify ? try await verified(found.unproven) : []
        try await asProblem { () throws(VaultError) in
            try await session.vault.apply(found.changes, recording: event(made))
            for (app, overlap) in found.overlaps { _ = try await session.rotations.setOverlap(overlap, of: app) }
        }
        for proof in minted { await session.tokens.adopt(proof.token, for: proof.app, sent: proof.at) }
        return ObjectsPlan(done: true, changes: made)
    }

    /// An operator agreed to remove these objects, and to remove no other.
    private static func check(_ plan: [ObjectsPlan.Change], against removing: [ObjectsRequest.Removal]?) throws(Problem)
    {
        guard let removing else { return }
        let found = Set(plan.filter { $0.action == .remove }.map(ObjectsRequest.Removal.init))
        guard found != Set(removing) else { return }
        let more = found.subtracting(removing).map { "\($0.kind.rawValue) \($0.name)" }.sorted()
        throw Problem(
            .busy,
            "the vault has changed since these changes were shown"
                + (more.isEmpty ? "" : ": \(more.joined(separator: ", ")) would be removed too")
                + "; nothing was changed",
            try: "repeat the command")
    }

    private func comparison(_ request: ObjectsRequest) throws(Problem) -> ObjectsComparison {
        try ObjectsComparison(request, with: session.vault.catalog, at: time.now.wall)
    }

    private typealias Proof = (app: Name, token: MintedToken, at: Moment)

    /// A token of each, or the first problem.
    private func verified(_ unproven: [ObjectsComparison.Unproven]) async throws(Problem) -> [Proof] {
        var proofs: [Proof] = []
        var rest = unproven[...]
        while !rest.isEmpty {
            let turn = rest.prefix(Self.mostAtOnce)
            rest = rest.dropFirst(Self.mostAtOnce)
            let results = await withTaskGroup(of: Result<Proof, Problem>.self) { group in
                for one in turn { group.addTask { await verified(one) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for result in results { proofs.append(try result.get()) }
        }
        return proofs
    }

    private func verified(_ one: ObjectsComparison.Unproven) async -> Result<Proof, Problem> {
        let name = one.app.name
        guard let secret = one.secret ?? session.vault.catalog.app(name)?.credential.clientSecret else {
            return .failure(Problem(Vault.noSuchApp(name)))
        }
        do throws(Problem) {
            let (token, at) = try await apps.proven(one.app, secret)
            return .success((name, token, at))
        } catch {
            return .failure(error.about("app", name))
        }
    }

    // MARK: The log

    private static let longestList = 12_000

    /// Names what is changed, and no values.
    private func event(_ made: [ObjectsPlan.Change]) -> AuditEvent? {
        audited.map { audited in
            var text = ""
            for (index, change) in made.enumerated() {
                let next =
                    (text.isEmpty ? "" : "; ") + "\(change.action.rawValue) \(change.kind.rawValue) \(change.name)"
                guard text.utf8.count + next.utf8.count <= Self.longestList else {
                    text += "; and \(made.count - index) more"
                    break
                }
                text += next
            }
            return audited.event(.done, about: audited.subject + [("changed", .text(text))])
        }
    }
}
