import Audit
import Domain
import Health
import Logging
import Rotation
import Scheduling
import SocketAPI
import Tokens
import Vault

// How the events of a session are logged.

extension RotationEvent {
    func log(to logger: Logger) {
        switch self {
        case .moved(let app, let rotation), .waits(let app, let rotation):
            var particulars: Logger.Metadata = [
                "app": "\(app)", "rotation": "\(rotation.id)", "base": "\(rotation.base)",
                "state": "\(rotation.phase.rawValue)", "due_at": "\(rotation.due.map(\.description) ?? "-")",
            ]
            if let call = rotation.lastCall { particulars["call"] = "\(call.id)" }
            if let id = rotation.trackingID { particulars["tracking_id"] = "\(id)" }
            let isMove = if case .moved = self { true } else { false }
            let isBad = [.blocked, .lostResponse, .refused].contains(rotation.phase)
            logger.log(
                level: isBad ? .error : .notice,
                "rotation \(isMove ? "is now" : "is still") '\(rotation.phase.words)'\(rotation.reason.map { ": \($0)" } ?? "")",
                metadata: particulars)
        case .notSaved(let app, let error):
            logger.error("rotation waits: \(error)", metadata: ["app": "\(app)"])
        case .unstored(let app, let error, let spool):
            logger.critical(
                "a new secret is in memory only and cannot be stored: \(error); do not stop keyturnd",
                metadata: ["app": "\(app)", "spool": "\(spool)"])
        case .kept(let app, let file, let error):
            logger.critical(
                "the vault cannot store a new secret: \(error); it is stored encrypted in \(file) until the vault can",
                metadata: ["app": "\(app)", "file": "\(file)"])
        case .found(let app, let file):
            logger.notice("a new secret from \(file) is in the vault now", metadata: ["app": "\(app)"])
        case .notFreed(let file, let error):
            logger.warning("\(file) is in the vault and could not be overwritten yet: \(error)")
        case .spoolTrouble(let trouble):
            logger.log(level: trouble.kind == .unready ? .warning : .error, "\(trouble.advice)")
        }
    }
}

extension TokenEvent {
    func log(to logger: Logger) {
        switch self {
        case .minted(let app, let token):
            logger.info(
                "token minted",
                metadata: ["app": "\(app)", "generation": "\(token.generation)", "expires_at": "\(token.expiresAt)"])
        case .failed(let app, let failure):
            var particulars: Logger.Metadata = ["app": "\(app)", "cause": "\(failure.cause)"]
            if let id = failure.trackingID { particulars["tracking_id"] = "\(id)" }
            logger.warning("no token: \(failure.detail)", metadata: particulars)
        case .notSaved(let app, let error):
            logger.error("kept in memory only: \(error)", metadata: ["app": "\(app)"])
        }
    }
}

extension SchedulerEvent {
    func log(to logger: Logger) {
        switch self {
        case .probed(let app, let probe, let isRotating):
            let particulars: Logger.Metadata = ["app": "\(app)", "generation": "\(probe.generation)"]
            if let cause = probe.cause {
                logger.error(
                    "\(cause.advice(on: app, because: probe.reason, isRotating: isRotating))",
                    metadata: particulars.merging(["cause": "\(cause)"]) { $1 })
            } else if !probe.missingScopes.isEmpty {
                logger.warning(
                    "the app lacks scopes: \(probe.missingScopes.joined(separator: "; "))", metadata: particulars)
            } else {
                logger.info("Zoom accepts the secret", metadata: particulars)
            }
        case .notSaved(let error): logger.error("the scheduler's results are in memory only: \(error)")
        }
    }
}

extension AuditNote {
    func log(to logger: Logger) {
        switch self {
        case .torn(let path, let bytes):
            logger.notice(
                "a crash had left an incomplete line of \(counted(bytes, "byte")) in \(path), which was removed")
        case .trouble(let words):
            logger.critical("\(AttentionCode.auditLogChanged.advice(because: words))")
        }
    }
}

// Audit events of the daemon's own actions.

extension TokenEvent {
    var audited: AuditEvent? {
        switch self {
        case .minted(let app, let token):
            AuditEvent(
                .init("token.mint"), .done,
                [
                    ("app", .text(app.description)), ("generation", .number(token.generation.number)),
                    ("actor", .text("keyturnd")),
                ])
        case .failed(let app, let failure):
            AuditEvent(
                .init("token.refused"), .failed,
                [("app", .text(app.description)), ("reason", .text(failure.detail)), ("actor", .text("keyturnd"))])
        case .notSaved: nil
        }
    }
}

extension SchedulerEvent {
    var audited: AuditEvent? {
        guard case .probed(let app, let probe, _) = self else { return nil }
        var members: [(name: String, value: AuditEvent.Value)] = [
            ("app", .text(app.description)), ("generation", .number(probe.generation.number)),
            ("actor", .text("keyturnd")),
        ]
        if let cause = probe.cause { members.append(("reason", .text("\(cause): \(probe.reason ?? "")"))) }
        if !probe.missingScopes.isEmpty {
            members.append(("missing_scopes", .text(probe.missingScopes.joined(separator: "; "))))
        }
        return AuditEvent(.init("app.probe"), probe.cause == nil ? .done : .failed, members)
    }
}
