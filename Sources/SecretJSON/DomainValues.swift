package import Domain

// The forms of domain types in JSON, for records and for documents.

extension Open: JSONValue {}
extension NodeID: JSONValue {}
extension RotationPhase: JSONValue {}
extension RotationTrigger: JSONValue {}
extension WaitKind: JSONValue {}
extension ZoomEnvironment.Kind: JSONValue {}
extension ZoomCause: JSONValue {}
extension ConsoleLogin.Kind: JSONValue {}
extension OAuthClient.AuthMethod: JSONValue {}
extension ConsoleTrust.Kind: JSONValue {}
extension ReplicationMode: JSONValue {}
extension TargetState: JSONValue {}
extension DriftKind: JSONValue {}
extension UnlockMethodKind: JSONValue {}
extension Permission: JSONValue {}
extension Grant.Target: JSONValue {}
extension Finding.Severity: JSONValue {}

/// Members of the object around it.
extension Advice: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        self.init(try members("detail", \.detail), try: try members.ifPresent("try", \.hint))
    }
}

extension Finding: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        self.init(
            try members("severity", \.severity), try members("place", \.place), try members.inline(\.advice))
    }
}

/// Read strictly: a misread policy must not grant more.
extension Grant: MemberList {
    package static var isStrict: Bool { true }

    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        let target: Target = try members("app", \.target)
        let permissions = try members("permissions") { grant in Permission.allCases.filter(grant.permissions.contains) }
        self.init(target: target, permissions: Set(permissions))
    }
}

/// Members of the object around it.
extension OAuthClient: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        let tokenURL = try members("token_url", \.tokenURL)
        let clientID = try members("client_id", \.clientID)
        let secret = try members("client_secret", \.secret)
        let scope = try members.ifPresent("scope", \.scope)
        self.init(
            tokenURL: tokenURL, clientID: clientID, secret: secret,
            scopes: scope?.split(separator: " ").map(String.init) ?? [],
            authMethod: try members("token_auth_method", \.authMethod, default: .basic))
    }
}

/// Members of the object around it.
extension AppProfile: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        self.init()
        for field in Field.allCases { self[field] = try members.ifPresent(field.rawValue) { $0[field] } }
    }
}

/// An object with a member for each label.
extension Labels: JSONValue {
    package init(_ node: JSONNode, in document: borrowing JSONDocument) throws(JSONError) {
        guard document.kind(node) == .object else { throw JSONError(.wrongType) }
        var found: [Label] = []
        for (key, value) in document.members(of: node) {
            guard let key = Name(try document.string(key)), let label = Label(key, try document.string(value)) else {
                throw JSONError(.outOfRange)
            }
            found.append(label)
        }
        guard let labels = Labels(found) else { throw JSONError(.outOfRange) }
        self = labels
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        for label in all { json.member(named: label.key.description, label.value) }
        json.endObject()
    }
}

extension RotationPolicy: MemberList {
    package init<Failure>(_ members: inout Members<Self, Failure>) throws(Failure) {
        self.init(
            every: try members.orNull("every", \.every), windows: try members("window", \.windows),
            timeZone: try members("time_zone", \.timeZone), overlap: try members("overlap", \.overlap),
            isPaused: try members("paused", \.isPaused))
    }
}
