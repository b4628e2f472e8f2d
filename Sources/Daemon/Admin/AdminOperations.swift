import Audit
import Domain
import Health
import SocketAPI
import SocketServer
import Vault

extension AdminOperation {
    /// All operations of the admin socket, one row each: method, path, role, logging, and implementation. A path without
    /// a parameter precedes one that has it in the same place.
    static let all: [AdminOperation] = service + audit + objects + apps + rotations + keys + clients + targets

    private static let service: [AdminOperation] = [
        .init(.get, "/v1/health", .viewer) { $0.health },
        .init(.get, "/v1/status", .viewer) { .ok($0.routes.status.document) },
        .init(.get, "/v1/calendar", .viewer, query: ["app", "days"]) { .ok(try $0.calendar()) },
        .init(.get, "/v1/metrics", .viewer, query: ["format"]) {
            await $0.routes.metrics.answer(try OpenMetrics.Dialect($0.request.target))
        },
        .init(.get, "/v1/doctor", .operator) { await $0.diagnose() },
        .init(.post, "/v1/explain", .viewer) { .ok(try Explanation(catalog: try $0.catalog).answer($1)) },
        .init(.get, "/v1/alerts", .viewer) { .ok(await $0.routes.notifier.list) },
        .init(.post, "/v1/alerts/test", .operator, query: ["channel"], .afterwards("alert.test")) {
            try await $0.testAlert()
        },
        .init(.post, "/v1/unlock", .admin, .afterwards("vault.unlock", waits: false)) { try await $0.unlock($1) },
        .init(.post, "/v1/lock", .admin, .committed("vault.lock", waits: false)) { try await $0.lock() },
        .init(.post, "/v1/adopt", .admin, .afterwards("vault.adopt")) { try await $0.adopt() },
        .init(.post, "/v1/backup", .admin, .afterwards("vault.backup")) { try await $0.backUp($1) },
    ]

    private static let audit: [AdminOperation] = [
        .init(.get, "/v1/audit", .auditor, query: ["app", "since", "after", "before", "operators", "limit"]) {
            try await $0.auditLines()
        },
        .init(.post, "/v1/audit/verify", .auditor, query: ["from"]) { try await $0.verifyAudit() },
        .init(.post, "/v1/evidence", .auditor) { .ok(try await $0.evidence($1)) },
        .init(.post, "/v1/audit/acknowledge", .admin, .committed("audit.acknowledge")) {
            try await $0.acknowledgeAudit()
        },
    ]

    private static let objects: [AdminOperation] = [
        .init(.get, "/v1/objects", .viewer) { .ok(try $0.objects.all) },
        .init(.post, "/v1/objects/plan", .viewer) { .ok(try $0.objects.plan($1)) },
        .init(.post, "/v1/objects", .admin, .committed("objects.apply")) { .ok(try await $0.objects.apply($1)) },
    ]

    private static let apps: [AdminOperation] = [
        .init(.get, "/v1/apps", .viewer) { .ok(try $0.apps.list()) },
        .init(
            .post, "/v1/apps", .admin, .committed("app.add"),
            subject: { (draft: borrowing AppDraft) in [("app", .text(draft.name.description))] }
        ) { .created(try await $0.apps.add($1)) },
        .init(.get, "/v1/apps/{app}", .viewer) { .ok(try $0.apps.show(try $0.name)) },
        .init(
            .patch, "/v1/apps/{app}", .operator, .committed("app.set"), higher: "admin to change more than the pause",
            needs: { (patch: borrowing AppPatch) in patch.leastRole }
        ) { .ok(try await $0.apps.change(try $0.name, $1)) },
        .init(.delete, "/v1/apps/{app}", .admin, query: ["force"], .committed("app.remove")) {
            try await $0.apps.remove(try $0.name, force: try $0.flag("force"))
            return .noContent
        },
        .init(.get, "/v1/apps/{app}/status", .viewer) { .ok(try await $0.appStatus()) },
        .init(.get, "/v1/apps/{app}/plan", .viewer, query: ["overlap"]) {
            .ok(
                try await $0.apps.plan(
                    try $0.name, overlap: try $0.request.target.number("overlap", in: AppPatchCheck.overlaps)))
        },
        .init(.post, "/v1/apps/{app}/verify", .operator, .afterwards("app.verify")) {
            .ok(try await $0.apps.verify(try $0.name))
        },
        // `tryOut` makes the daemon send caller-supplied credentials to a caller-supplied URL.
        .init(
            .post, "/v1/credentials/verify", .admin, .afterwards("app.verify"),
            subject: { (draft: borrowing AppDraft) in [("app", .text(draft.name.description))] }
        ) { .ok(try await $0.apps.tryOut($1)) },
        .init(
            .get, "/v1/apps/{app}/token", flag: "reveal", .admin, query: ["min_ttl", "reveal"],
            .afterwards("token.reveal")
        ) { try await $0.tokens.get(try $0.name, minTTL: try $0.request.target.minTTL, reveal: true) },
        .init(.get, "/v1/apps/{app}/token", .operator, query: ["min_ttl", "reveal"], .afterwards("token.show")) {
            try await $0.tokens.get(try $0.name, minTTL: try $0.request.target.minTTL, reveal: try $0.flag("reveal"))
        },
        .init(
            .post, "/v1/apps/{app}/token", flag: "reveal", .admin, query: ["reveal"], .afterwards("token.reveal")
        ) { try await $0.tokens.renew(try $0.name, reveal: true) },
        .init(.post, "/v1/apps/{app}/token", .operator, query: ["reveal"], .afterwards("token.renew")) {
            try await $0.tokens.renew(try $0.name, reveal: try $0.flag("reveal"))
        },
    ]

    private static let rotations: [AdminOperation] = [
        .init(.get, "/v1/apps/{app}/plan/now", .viewer) { .ok(try await $0.rotations.planNow(try $0.name)) },
        .init(
            .post, "/v1/apps/{app}/rotate", .operator, .committed("rotation.rotate", waits: false)
        ) { .created(try await $0.rotations.rotate(try $0.name, $1)) },
        .init(.get, "/v1/apps/{app}/rotations", .viewer) { .ok(try await $0.rotations.history(try $0.name)) },
        .init(.get, "/v1/apps/{app}/holders", .viewer) { .ok(try $0.rotations.holders(try $0.name)) },
        .init(.get, "/v1/rotations", .viewer) { .ok(try $0.rotations.list()) },
        .init(.post, "/v1/rotations", .operator, .afterwards("rotation.rotate_due", waits: false)) {
            .ok(try await $0.rotations.rotateDue())
        },
        .init(.get, "/v1/rotations/{id}", .viewer) { .ok(try await $0.rotations.show($0.id)) },
        .init(.post, "/v1/rotations/{id}/resume", .operator, .committed("rotation.resume", waits: false)) {
            .ok(try await $0.rotations.resume($0.id))
        },
        .init(.post, "/v1/rotations/{id}/abort", .operator, .committed("rotation.abort", waits: false)) {
            .ok(try await $0.rotations.abort($0.id))
        },
        .init(.get, "/v1/rotations/{id}/finish", .viewer) { .ok(try await $0.rotations.planFinish($0.id)) },
        .init(.post, "/v1/rotations/{id}/finish", .operator, .committed("rotation.finish", waits: false)) {
            .ok(try await $0.rotations.finish($0.id))
        },
    ]

    private static let keys: [AdminOperation] = [
        .init(.get, "/v1/keys", .viewer) { .ok(try $0.keys.list) },
        .init(.post, "/v1/keys", .admin, .committed("key.add")) { .created(try await $0.keys.add($1)) },
        .init(.post, "/v1/keys/rotate", .admin, .committed("key.rotate")) { .ok(try await $0.keys.rotate()) },
        .init(.delete, "/v1/keys/{slot}", .admin, query: ["force"], .committed("key.remove")) {
            try await $0.keys.remove($0.id, force: try $0.flag("force"))
            return .noContent
        },
    ]

    private static let clients: [AdminOperation] = [
        .init(.get, "/v1/clients", .viewer) { .ok(try $0.clients.list) },
        .init(
            .post, "/v1/clients", .admin, .committed("client.add"),
            subject: { (draft: borrowing ClientDraft) in [("client", .text(draft.name.description))] }
        ) { .created(try await $0.clients.add($1)) },
        .init(.get, "/v1/clients/{client}", .viewer) { .ok(try $0.clients.show(try $0.name)) },
        .init(.delete, "/v1/clients/{client}", .admin, .committed("client.remove")) {
            try await $0.clients.remove(try $0.name)
            return .noContent
        },
    ]

    private static let targets: [AdminOperation] = [
        .init(.get, "/v1/targets", .viewer) { .ok(try $0.targets.list) },
        .init(
            .post, "/v1/targets", .admin, .committed("target.add"),
            subject: { (draft: borrowing TargetDraft) in
                [("target", .text(draft.name.description)), ("app", .text(draft.app.description))]
            }
        ) { .created(try await $0.targets.add($1)) },
        .init(.get, "/v1/targets/{target}", .viewer) { .ok(try $0.targets.show(try $0.name)) },
        .init(.patch, "/v1/targets/{target}", .admin, .committed("target.change")) {
            .ok(try await $0.targets.change(try $0.name, $1))
        },
        .init(.delete, "/v1/targets/{target}", .admin, query: ["force"], .committed("target.remove")) {
            try await $0.targets.remove(try $0.name, force: try $0.flag("force"))
            return .noContent
        },
        .init(.post, "/v1/targets/{target}/test", .operator) { .ok(try await $0.targets.test(try $0.name)) },
        .init(.get, "/v1/targets/{target}/discover", .operator) { .ok(try await $0.targets.discover(try $0.name)) },
        .init(.post, "/v1/targets/{target}/push", .operator, .afterwards("target.push")) {
            .ok(try await $0.targets.push(try $0.name))
        },
        .init(.post, "/v1/targets/{target}/accept", .operator, .committed("target.accept")) {
            .ok(try await $0.targets.accept(try $0.name))
        },
        // These make the daemon connect to a caller-supplied URL with caller-supplied credentials.
        .init(.post, "/v1/consoles/discover", .admin, .afterwards("console.discover")) {
            .ok(try await $0.targets.discover(at: $1))
        },
        .init(.post, "/v1/consoles/certificate", .admin, .afterwards("console.certificate")) {
            .ok(try await $0.targets.certificate(of: $1))
        },
    ]
}
