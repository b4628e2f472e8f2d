import Audit
import Domain
import Glibc
import Health
import Maintenance
import SocketAPI
import SocketServer
import Vault

/// The admin socket: checks the caller's role, logs, and performs the operations of ``AdminOperation/all``.
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
    let users: UserNames
    let methods = [Method.get, .head, .post, .patch, .delete]

    func needs(of caller: Identity) -> IdentityNeeds { roles.needs(of: caller) }

    /// The socket's directory decides who can connect; with several roles, that is everybody. A caller's role is known
    /// once the groups are.
    func standing(of caller: Identity) -> Standing {
        if caller.uid == 0 || caller.uid == geteuid() { return .owner }
        let isLearnt = caller.groups != nil || roles.groups.isEmpty
        return isLearnt && roles.role(of: caller) == nil ? .stranger : .known
    }

    var keepsNothing: Bool { gate.session == nil }

    func respond(to request: Request, from caller: Identity, _: inout AnyObject?) -> Reply {
        do throws(Problem) {
            try request.requireKeyturnHeader()
            let (operation, role) = try roles.authorize(request, from: caller)
            return .later {
                // `HEAD` neither changes anything nor shows a token.
                var audited = request.method == .head ? nil : operation.audited(request, by: caller)
                if audited != nil { audited?.names = await users.names(of: caller) }
                var call = AdminCall(request: request, caller: caller, role: role, routes: self, audited: audited)
                do throws(Problem) { return RecordedResponse(try await carryOut(operation, &call)) } catch {
                    return refusal(error, of: caller, call.audited ?? AuditedAction(refused: request, caller))
                }
            }
        } catch {
            return .recorded(refusal(error, of: caller, AuditedAction(refused: request, caller)))
        }
    }

    /// Logs a refusal for lack of a role, within the limits for such callers.
    private func refusal(
        _ problem: Problem, of caller: Identity, _ asked: @autoclosure () -> AuditedAction
    ) -> RecordedResponse {
        let answer = RenderedResponse.refusing(problem)
        guard [.notGranted, .notPermitted].contains(problem.code), let trail = gate.session?.audit else {
            return RecordedResponse(answer)
        }
        return trail.refusal(answer, of: caller) { asked().event(.denied, because: problem) }
    }

    /// Operations that change something or show a token are in the log and on disk before they are answered.
    private func carryOut(
        _ operation: AdminOperation, _ call: inout AdminCall
    ) async throws(Problem) -> RenderedResponse {
        guard let rule = operation.audit, call.audited != nil else { return try await operation.run(&call) }
        let before = gate.session
        if rule.waitsForLog, before?.audit.unavailability != nil { throw Refusal.notLogged }
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
            trail.enqueue(event)
            if rule.waitsForLog { throw Refusal.notLogged }
        }
    }
}
