import Audit
import Domain
import Glibc
import Health
import Maintenance
import SocketAPI
import SocketServer
import Vault

/// The admin socket: who may have what done, and what is logged of it. What there is to do says ``AdminOperation/all``.
struct AdminRoutes: Responder {
    let gate: VaultController
    let zoom: ZoomIssuer
    let time: any TimeSource
    let status: StatusReport
    let roles: AdminRoles
    let backups: BackupWriter
    let doctor: DaemonDoctor
    let unlocking: UnlockThrottle
    let metrics: MetricsSource
    let notifier: AlertNotifier
    let methods = [Method.get, .head, .post, .patch, .delete]

    func needs(of caller: Identity) -> IdentityNeeds { roles.needs(of: caller) }

    /// Who may connect at all is said by the directory that the socket is in; with several roles, that is everybody. Who has
    /// a role is known with the groups.
    func standing(of caller: Identity) -> Standing {
        if caller.uid == 0 || caller.uid == geteuid() { return .owner }
        let isLearnt = caller.groups != nil || roles.groups.isEmpty
        return isLearnt && roles.role(of: caller) == nil ? .stranger : .known
    }

    var keepsNothing: Bool { gate.session == nil }

    func respond(to request: Request, from caller: Identity) -> Reply {
        do throws(Problem) {
            try request.requireKeyturnHeader()
            let (operation, role) = try roles.authorize(request, from: caller)
            return .later {
                // `HEAD` neither changes anything nor shows a token.
                let audited = request.method == .head ? nil : operation.audited(request, by: caller)
                var call = AdminCall(request: request, caller: caller, role: role, routes: self, audited: audited)
                do throws(Problem) { return RecordedResponse(try await carryOut(operation, &call)) } catch {
                    return refusal(error, of: caller, call.audited ?? AuditedAction(refused: request, caller))
                }
            }
        } catch {
            return .recorded(refusal(error, of: caller, AuditedAction(refused: request, caller)))
        }
    }

    /// Who has no role for something is in the log, within the bounds of what such callers can have written.
    private func refusal(
        _ problem: Problem, of caller: Identity, _ asked: @autoclosure () -> AuditedAction
    ) -> RecordedResponse {
        let answer = RenderedResponse.refusing(problem)
        guard [.notGranted, .notPermitted].contains(problem.code), let trail = gate.session?.audit else {
            return RecordedResponse(answer)
        }
        return trail.refusal(answer, of: caller) { asked().event(.denied, because: problem) }
    }

    /// What changes anything, or shows a token, is in the log and on disk before it is answered.
    private func carryOut(
        _ operation: AdminOperation, _ call: inout AdminCall
    ) async throws(Problem) -> RenderedResponse {
        guard let rule = operation.audit, call.audited != nil else { return try await operation.run(&call) }
        let before = gate.session
        if rule.waitsForLog, before?.audit.isUnavailable == true { throw Refusal.notLogged }
        let response: RenderedResponse
        do throws(Problem) { response = try await operation.run(&call) } catch {
            guard error.code != .notPermitted else { throw error }  // logged as a refusal
            if let event = call.audited?.event(.failed, because: error) { try await log(event, rule, before) }
            throw error
        }
        if !rule.isCommitted {
            if let event = call.audited?.done { try await log(event, rule, before) }
        } else if rule.waitsForLog, let trail = (gate.session ?? before)?.audit {
            do throws(AuditError) { try await trail.settled() } catch { throw Refusal.notLoggedYet }
        }
        return response
    }

    private func log(
        _ event: AuditEvent, _ rule: AdminOperation.AuditRule, _ before: VaultController.Session?
    ) async throws(Problem) {
        guard let trail = (gate.session ?? before)?.audit else { return }
        do throws(AuditError) { try await trail.record(event) } catch {
            trail.note(event)
            if rule.waitsForLog { throw Refusal.notLogged }
        }
    }
}
