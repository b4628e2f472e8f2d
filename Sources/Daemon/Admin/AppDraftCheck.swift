import Domain
import HTTPTransport
import Health
import SecretMemory
import SocketAPI
import Vault

/// Checks an app that an operator entered. Zoom publishes no grammar for its values, so only what no value can be is
/// refused: empty, with spaces or control characters, or very long.
enum AppDraftCheck {
    static let longestValue = 256

    static func app(_ draft: borrowing AppDraft, id: String, now: Timestamp) throws(Problem) -> App {
        try check(draft.accountID, "the account ID")
        try check(draft.clientID, "the client ID")
        try draft.clientSecret.withSpan { span throws(Problem) in try check(span, "the client secret") }
        if let appID = draft.marketplaceAppID { try check(appID, "the Marketplace app ID") }
        try checkDistinct(draft.accountID, draft.clientID)
        return App(
            id: id, name: draft.name, accountID: draft.accountID, clientID: draft.clientID,
            marketplaceAppID: draft.marketplaceAppID,
            environment: try environment(draft.environment, draft.tokenURL, draft.apiURL), createdAt: now,
            profile: try profile(draft.profile, over: AppProfile()), labels: draft.labels)
    }

    static func checkDistinct(_ accountID: String, _ clientID: String) throws(Problem) {
        guard accountID == clientID else { return }
        throw Problem(
            .badRequest, "the account ID and the client ID are the same",
            try: "compare both with the app's credentials page")
    }

    /// - Parameter known: the values that stay when absent; an empty text removes a value.
    static func profile(_ said: AppProfile, over known: AppProfile) throws(Problem) -> AppProfile {
        var profile = known
        for field in AppProfile.Field.allCases {
            guard let text = said[field] else { continue }
            guard text.utf8.count <= longestValue else {
                throw Problem(.badRequest, "the \(field.words) is longer than \(longestValue) bytes")
            }
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw Problem(.badRequest, "the \(field.words) has a control character")
            }
            profile[field] = text.isEmpty ? nil : text
        }
        if let address = profile[.contactEmail], !address.contains("@") || address.contains(" ") {
            throw Problem(.badRequest, "the contact's e-mail address is not valid")
        }
        return profile
    }

    /// The environment of a name or of two addresses.
    static func environment(
        _ kind: ZoomEnvironment.Kind?, _ tokenURL: String?, _ apiURL: String?
    ) throws(Problem) -> ZoomEnvironment {
        switch (kind, tokenURL, apiURL) {
        case (nil, nil, nil), (.commercial, nil, nil): return .commercial
        case (.government, nil, nil): return .government
        case (nil, let token?, let api?):
            let environment = ZoomEnvironment.custom(tokenURL: token, apiURL: api)
            do { _ = try environment.endpoints() } catch {
                throw Problem(.badRequest, "an address cannot be used: \(error)")
            }
            return environment
        default:
            throw Problem(
                .badRequest, "an app has an environment, or a token URL and an API URL",
                try: "--environment government, or --token-url with --api-url")
        }
    }

    static func check(_ text: String, _ what: String) throws(Problem) {
        try check(unsafe text.utf8Span.span.bytes, what)
    }

    private static func check(_ bytes: RawSpan, _ what: String) throws(Problem) {
        guard bytes.byteCount > 0 else { throw Problem(.badRequest, "\(what) is empty") }
        guard bytes.byteCount <= longestValue else {
            throw Problem(.badRequest, "\(what) is longer than \(longestValue) characters")
        }
        for offset in 0..<bytes.byteCount where bytes[offset] <= 0x20 || bytes[offset] >= 0x7F {
            throw Problem(
                .badRequest, "\(what) contains a space, or a character that is not printable ASCII",
                try: "copy it again from the app's credentials page")
        }
    }
}
