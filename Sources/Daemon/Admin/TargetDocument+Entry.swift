import Domain
import Health
import PushTargets
import SocketAPI
import Vault

extension TargetDocument {
    init(_ entry: TargetEntry, _ catalog: Catalog, _ now: Timestamp) {
        let (target, delivery) = (entry.target, entry.delivery)
        let user: String? =
            switch target.login {
            case .basic(let user, _): user
            case .clientCredentials(let client): client.clientID
            case .certificate: nil
            }
        var pin: String?
        if case .pin(let digits) = target.trust { pin = digits }
        let certificates = TargetCertificates(target)
        var oauth: OAuth?
        if case .clientCredentials(let client) = target.login {
            oauth = OAuth(tokenURL: client.tokenURL, scope: client.scope, authMethod: .known(client.authMethod))
        }
        self.init(
            name: target.name, app: target.app, adminURL: target.adminURL, connection: target.connection,
            fields: TargetFields(target.fields),
            login: target.login.kind, user: user, oauth: oauth, trust: target.trust.kind, pin: pin,
            clientCertExpires: certificates.clientExpires, trustExpires: certificates.trust,
            replicate: target.replication,
            settle: target.settle, bypassesExternalValidation: target.bypassesExternalValidation,
            restoresDrift: target.restoresDrift, createdAt: target.createdAt, state: entry.state(catalog, now),
            generation: delivery.generation?.number, pushedAt: delivery.pushedAt, replicatedAt: delivery.replicatedAt,
            lookedAt: delivery.lookedAt, changedAt: delivery.changedAt,
            change: delivery.drift.map { TargetDrift(code: $0.kind, detail: $0.words) },
            restoration: TargetRestoration(delivery.restoration, now),
            sameConnection: catalog.targetsBeside(target).map(\.target.name.description),
            failure: delivery.failure.map { .init(since: $0.at, code: $0.cause, Advice($0.reason, try: $0.hint)) },
            provisioner: target.provisionerLog.map { ProvisionerDocument($0, entry.provisioning) })
    }
}

extension TargetRestoration {
    fileprivate init?(_ restoration: Restoration?, _ now: Timestamp) {
        guard let restoration, restoration.isRecent(now: now), let first = restoration.first,
            let last = restoration.last
        else { return nil }
        self.init(count: restoration.count, first: first, last: last)
    }
}

extension ProvisionerDocument {
    fileprivate init(_ log: PushTarget.ProvisionerLog, _ found: Provisioning?) {
        self.init(
            log: log.path, channel: log.channel, since: found?.since, succeeded: found?.succeeded ?? 0,
            failed: found?.failed ?? 0, lastFailure: found?.failure?.at, lastCause: found?.failure?.cause,
            isFailing: found?.isFailing ?? false, unreadable: found?.unreadable)
    }
}
