extension Switches: ControlBody {
    package enum CodingKeys: String, CodingKey, CaseIterable {
        case badClientStatus = "bad_client_status"
        case expiresIn = "expires_in"
        case expiresInText = "expires_in_text"
        case byteOrderMark = "byte_order_mark"
        case scopeDelaySeconds = "scope_delay_seconds"
        case singleToken = "single_token"
        case newSecretDelaySeconds = "new_secret_delay_seconds"
        case rotationScopeGrant = "rotation_scope_grant"
        case allowedGrants = "allowed_grants"
        case secondNew = "second_new"
        case updateMoves = "update_moves"
        case uiRegenerate = "ui_regenerate"
        case sso
        case apiURL = "api_url"
        case tokenThrottle = "token_throttle"
        case tokenThrottleSeconds = "token_throttle_seconds"
    }

    private static let start = CodingUserInfoKey(rawValue: "start")

    /// The switches after a patch; those that it does not name stay. Refused as a whole if any part is wrong.
    func patched(by body: [UInt8]) throws(ControlError) -> Switches {
        guard let start = Self.start else { return self }
        return try Self.read(body, userInfo: [start: self])
    }

    package init(from decoder: any Decoder) throws {
        self = Self.start.flatMap { decoder.userInfo[$0] as? Switches } ?? Switches()
        let patch = try decoder.container(keyedBy: CodingKeys.self)
        func set<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
            if patch.contains(key) { value = try patch.decode(Value.self, forKey: key) }
        }
        func setSeconds(_ value: inout Int, _ key: CodingKeys) throws {
            try set(&value, key)
            guard 0...86_400 ~= value else { throw ControlError.badRequest("\(key.rawValue) must be 0 to 86400") }
        }
        try set(&badClientStatus, .badClientStatus)
        guard [400, 401].contains(badClientStatus) else {
            throw ControlError.badRequest("bad_client_status must be 400 or 401")
        }
        try setSeconds(&expiresIn, .expiresIn)
        try set(&expiresInText, .expiresInText)
        try set(&byteOrderMark, .byteOrderMark)
        try setSeconds(&scopeDelaySeconds, .scopeDelaySeconds)
        try set(&singleToken, .singleToken)
        try setSeconds(&newSecretDelaySeconds, .newSecretDelaySeconds)
        try set(&rotationScopeGrant, .rotationScopeGrant)
        try set(&allowedGrants, .allowedGrants)
        try set(&secondNew, .secondNew)
        try set(&updateMoves, .updateMoves)
        try set(&uiRegenerate, .uiRegenerate)
        try set(&sso, .sso)
        try set(&apiURL, .apiURL)
        try set(&tokenThrottle, .tokenThrottle)
        try setSeconds(&tokenThrottleSeconds, .tokenThrottleSeconds)
    }
}
