import Audit
import Domain
package import Logging
package import PingFederate
package import Vault

/// An event at a push target.
package enum TargetEvent: Sendable {
    case pushed(PushTarget, App, Generation)
    /// The current secret was pushed again before the old one is revoked.
    case renewed(PushTarget, App, Generation)
    case failed(PushTarget, App, ConsoleFailure)
    case changed(PushTarget, App, Drift)
    /// The current secret was pushed again after such a change.
    case restored(PushTarget, App, Generation)

    package func log(to logger: Logger) {
        switch self {
        case .pushed(let target, let app, let generation):
            logger.notice(
                "pushed", metadata: ["target": "\(target.name)", "app": "\(app.name)", "generation": "\(generation)"])
        case .renewed(let target, let app, let generation):
            logger.notice(
                "pushed again: \(Self.blind)",
                metadata: ["target": "\(target.name)", "app": "\(app.name)", "generation": "\(generation)"])
        case .failed(let target, let app, let failure):
            logger.error(
                "not pushed: \(failure); try: \(failure.hint(of: target.name.description))",
                metadata: ["target": "\(target.name)", "app": "\(app.name)", "cause": "\(failure.cause.rawValue)"])
        case .changed(let target, let app, let drift):
            logger.warning(
                "changed since the last push: \(drift.words); try: keyturn target test \(target.name)",
                metadata: ["target": "\(target.name)", "app": "\(app.name)", "change": "\(drift.kind.rawValue)"])
        case .restored(let target, let app, let generation):
            logger.warning(
                "the current secret was pushed again over somebody else's change; try: keyturn target show \(target.name)",
                metadata: ["target": "\(target.name)", "app": "\(app.name)", "generation": "\(generation)"])
        }
    }

    var audited: AuditEvent {
        switch self {
        case .pushed(let target, let app, let generation):
            Self.event("target.pushed", .done, target, app, [("generation", .number(generation.number))])
        case .renewed(let target, let app, let generation):
            Self.event(
                "target.pushed", .done, target, app,
                [("generation", .number(generation.number)), ("reason", .text(Self.blind))])
        case .failed(let target, let app, let failure):
            Self.event("target.pushed", .failed, target, app, [("reason", .text(failure.description))])
        case .changed(let target, let app, let drift):
            Self.event("target.changed_outside", .done, target, app, [("reason", .text(drift.words))])
        case .restored(let target, let app, let generation):
            Self.event("target.restored", .done, target, app, [("generation", .number(generation.number))])
        }
    }

    private static let blind =
        "the old secret is about to be revoked, and this console cannot show whether somebody else restored it"

    private static func event(
        _ action: String, _ outcome: AuditEvent.Outcome, _ target: PushTarget, _ app: App,
        _ more: [(name: String, value: AuditEvent.Value)]
    ) -> AuditEvent {
        AuditEvent(
            .init(action), outcome,
            [
                ("target", .text(target.name.description)), ("app", .text(app.name.description)),
                ("actor", .text("keyturnd")),
            ] + more)
    }
}
