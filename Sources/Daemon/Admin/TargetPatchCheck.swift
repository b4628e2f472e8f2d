import Domain
import HTTPTransport
import SecretMemory
import SocketAPI
import Vault

/// Checks an operator's changes of a push target, and applies them.
enum TargetPatchCheck {
    static func target(_ known: PushTarget, patched patch: TargetPatch) throws(Problem) -> PushTarget {
        guard !patch.changes.isEmpty else { throw Problem(.badRequest, "there is nothing to change") }
        var target = known
        if let url = patch.adminURL { target.adminURL = try TargetDraftCheck.address(url) }
        if let id = patch.connection { target.connection = try TargetDraftCheck.connection(id) }
        target.fields = try fields(known.fields, patch.fields)
        target.login = try TargetDraftCheck.login(try login(known, patch, isElsewhere: !target.hasOrigin(of: known)))
        target.trust = try trust(known.trust, patch)
        if let how = patch.replicate { target.replication = how }
        if let settle = patch.settle { target.settle = try TargetDraftCheck.settle(settle) }
        if let bypasses = patch.bypassesExternalValidation { target.bypassesExternalValidation = bypasses }
        if let restores = patch.restoresDrift { target.restoresDrift = restores }
        target.provisionerLog = try log(known.provisionerLog, patch)
        return target
    }

    /// The login as if it had been entered as a whole. A stored secret is never sent to another server than the one it
    /// was entered for: otherwise a caller who may change an address could redirect it to a server of their own.
    private static func login(
        _ known: PushTarget, _ patch: TargetPatch, isElsewhere: Bool
    ) throws(Problem) -> ConsoleLogin {
        let isBasic = patch.user != nil || patch.password != nil
        let isOAuth =
            [patch.tokenURL, patch.clientID, patch.scope].contains { $0 != nil } || patch.tokenAuthMethod != nil
            || patch.clientSecret != nil
        let isCertificate = patch.clientCert != nil || patch.clientKey != nil
        guard [isBasic, isOAuth, isCertificate].count(where: { $0 }) <= 1 else {
            throw Problem(.badRequest, "the login is either a user, an OAuth client or a client certificate")
        }
        switch known.login {
        case .basic(let user, let password) where isBasic || !(isOAuth || isCertificate):
            let isKept = !isElsewhere && (patch.user ?? user) == user
            guard let password = patch.password ?? (isKept ? password : nil) else {
                throw missing("password", isElsewhere ? "another console" : "another user", "--password-stdin")
            }
            return .basic(user: patch.user ?? user, password: password)
        case .clientCredentials(let client) where isOAuth || !(isBasic || isCertificate):
            return .clientCredentials(try oauth(client, patch, isElsewhere: isElsewhere))
        case .certificate(let chain, let key) where isCertificate || !(isBasic || isOAuth):
            // The key never leaves this host, so it may be used with any console.
            return .certificate(chain: patch.clientCert ?? chain, key: patch.clientKey ?? key)
        default: return try another(patch)
        }
    }

    private static func oauth(
        _ known: OAuthClient, _ patch: TargetPatch, isElsewhere: Bool
    ) throws(Problem) -> OAuthClient {
        let url = patch.tokenURL ?? known.tokenURL
        let id = patch.clientID ?? known.clientID
        let isOther = isElsewhere || origin(url) != origin(known.tokenURL)
        guard let secret = patch.clientSecret ?? (isOther || id != known.clientID ? nil : known.secret) else {
            throw missing("client secret", isOther ? "another server" : "another client", "--client-secret-stdin")
        }
        return .init(
            tokenURL: url, clientID: id, secret: secret, scopes: scopes(patch) ?? known.scopes,
            authMethod: patch.tokenAuthMethod ?? known.authMethod)
    }

    /// A login of another kind than before.
    private static func another(_ patch: TargetPatch) throws(Problem) -> ConsoleLogin {
        if let user = patch.user, let password = patch.password { return .basic(user: user, password: password) }
        if let url = patch.tokenURL, let id = patch.clientID, let secret = patch.clientSecret {
            return .clientCredentials(
                .init(
                    tokenURL: url, clientID: id, secret: secret, scopes: scopes(patch) ?? [],
                    authMethod: patch.tokenAuthMethod ?? .basic))
        }
        if let chain = patch.clientCert, let key = patch.clientKey { return .certificate(chain: chain, key: key) }
        throw Problem(
            .badRequest, "the target has another kind of login, and this one is incomplete",
            try: "--user with a password, --token-url and --client-id with a secret, or --client-cert and --client-key")
    }

    private static func scopes(_ patch: TargetPatch) -> [String]? {
        patch.scope?.split(separator: " ").map(String.init)
    }

    private static func missing(_ secret: String, _ other: String, _ option: String) -> Problem {
        Problem(.badRequest, "the \(secret) that is stored is not used for \(other); give a new one", try: option)
    }

    private static func fields(
        _ known: PushTarget.Fields, _ patch: TargetFields
    ) throws(Problem) -> PushTarget.Fields {
        let accountID = patch.accountID ?? known.accountID
        let fields = PushTarget.Fields(
            accountID: accountID?.isEmpty == true ? nil : accountID, clientID: patch.clientID ?? known.clientID,
            clientSecret: patch.clientSecret ?? known.clientSecret)
        return try TargetDraftCheck.checked(fields)
    }

    private static func trust(_ known: ConsoleTrust, _ patch: TargetPatch) throws(Problem) -> ConsoleTrust {
        if let trust = patch.trust {
            guard trust == .system else { throw Problem(.badRequest, "trust is not system") }
            guard patch.ca == nil, patch.pin == nil else {
                throw Problem(
                    .badRequest, "a console is trusted by either an authority, a pin or the system's CAs",
                    try: "--ca-file F, --pin SHA256 or --system-cas")
            }
            return .system
        }
        return patch.ca == nil && patch.pin == nil ? known : try TargetDraftCheck.trust(patch.ca, patch.pin)
    }

    private static func log(
        _ known: PushTarget.ProvisionerLog?, _ patch: TargetPatch
    ) throws(Problem) -> PushTarget.ProvisionerLog? {
        guard patch.provisionerLog != nil || patch.provisionerChannel != nil else { return known }
        let path = patch.provisionerLog ?? known?.path
        // Another log has other channels.
        let channel = patch.provisionerChannel ?? (patch.provisionerLog == nil ? known?.channel : nil)
        return try TargetDraftCheck.log(
            path?.isEmpty == true ? nil : path, channel?.isEmpty == true ? nil : channel)
    }

    fileprivate static func origin(_ url: String) -> String? { try? EndpointURL(url).origin }
}

extension PushTarget {
    /// Whether values that were pushed to one are also in the other.
    func isSamePlace(as other: PushTarget) -> Bool {
        adminURL == other.adminURL && connection == other.connection && fields == other.fields
    }

    fileprivate func hasOrigin(of other: PushTarget) -> Bool {
        TargetPatchCheck.origin(adminURL) == TargetPatchCheck.origin(other.adminURL)
    }
}

extension TargetPatch {
    /// Whether the console might answer differently than before.
    var concernsConsole: Bool {
        !Self.unseen.union(["bypass_external_validation"]).isSuperset(of: changes)
    }

    /// Whether a refused push might be accepted now.
    var mayHelp: Bool { !Self.unseen.isSuperset(of: changes) }

    /// Changes that do not concern the console.
    private static let unseen: Set = ["settle", "restore_drift", "provisioner_log", "provisioner_channel"]
}
