import SecretJSON

/// The kinds of refusals, one code each. Programs branch on the code, which never changes its meaning.
package enum ProblemCode: String, JSONValue, Sendable, CaseIterable {
    case badRequest = "bad_request"
    case missingHeader = "missing_header"
    case notGranted = "not_granted"
    case notPermitted = "not_permitted"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case conflict = "conflict"
    case busy = "busy"
    case payloadTooLarge = "payload_too_large"
    case uriTooLong = "uri_too_long"
    case unsupportedMediaType = "unsupported_media_type"
    case expectationFailed = "expectation_failed"
    case unprocessable = "unprocessable"
    case tooManyRequests = "too_many_requests"
    case headersTooLarge = "headers_too_large"
    case `internal` = "internal"
    case notImplemented = "not_implemented"
    case upstreamFailed = "upstream_failed"
    case loginRefused = "login_refused"
    case locked = "locked"
    case upstreamUnavailable = "upstream_unavailable"
    case storageFailed = "storage_failed"
    case auditUnavailable = "audit_unavailable"
    case unproven = "unproven"
    case restoredSecretRefused = "restored_secret_refused"
    case vaultDamaged = "vault_damaged"
    case vaultRolledBack = "vault_rolled_back"
    case unavailable = "unavailable"
    case versionNotSupported = "version_not_supported"

    package var status: Status {
        switch self {
        case .badRequest, .missingHeader: .badRequest
        case .notGranted, .notPermitted: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .conflict, .busy: .conflict
        case .payloadTooLarge: .contentTooLarge
        case .uriTooLong: .uriTooLong
        case .unsupportedMediaType: .unsupportedMediaType
        case .expectationFailed: .expectationFailed
        case .unprocessable: .unprocessableContent
        case .tooManyRequests: .tooManyRequests
        case .headersTooLarge: .headerFieldsTooLarge
        case .internal, .vaultDamaged, .vaultRolledBack: .internalServerError
        case .notImplemented: .notImplemented
        case .upstreamFailed, .loginRefused, .restoredSecretRefused: .badGateway
        case .locked, .upstreamUnavailable, .storageFailed, .auditUnavailable, .unproven, .unavailable:
            .serviceUnavailable
        case .versionNotSupported: .versionNotSupported
        }
    }

    /// A stable name for the `type` member. It is only a name; there is no page behind it.
    package var type: String { "urn:keyturn:problem:\(rawValue)" }
}
