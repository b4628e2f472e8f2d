import Domain
import HTTPTransport
import PingFederate
import PushTargets
import SecretMemory
import SocketAPI
import Vault

/// Checks a push target that an operator entered.
enum TargetDraftCheck {
    private static let longestValue = 512
    private static let defaultSettle = 120
    private static let settles = 0...86_400

    /// The value of the fields until they are discovered.
    static let unknown = PushTarget.Fields(accountID: "", clientID: "", clientSecret: "")

    static func target(
        _ draft: TargetDraft, of app: App, fields: PushTarget.Fields, id: String, now: Timestamp
    ) throws(Problem) -> PushTarget {
        // An empty name says that there is no setting for the account ID.
        let given = draft.fields.accountID == "" ? draft.fields.names.dropFirst() : draft.fields.names[...]
        for name in given.compactMap(\.self) { try check(name, "a field's name", spaces: true) }
        var target = PushTarget(
            id: id, name: draft.name, appID: app.id, app: app.name, adminURL: try address(draft.console.adminURL),
            connection: try connection(draft.connection), fields: fields, login: try login(draft.console.login),
            trust: try trust(draft.console.ca, draft.console.pin),
            replication: draft.replicate ?? .onSave,
            settle: try settle(draft.settle ?? defaultSettle), createdAt: now)
        target.bypassesExternalValidation = draft.bypassesExternalValidation
        target.restoresDrift = draft.restoresDrift
        target.provisionerLog = try log(draft.provisionerLog, draft.provisionerChannel)
        return target
    }

    static func connection(_ id: String) throws(Problem) -> String {
        try check(id, "the connection's ID")
        return id
    }

    static func settle(_ seconds: Int) throws(Problem) -> Int {
        guard settles.contains(seconds) else { throw Problem(.badRequest, "settle is not from 0s to 1d") }
        return seconds
    }

    static func checked(_ fields: PushTarget.Fields) throws(Problem) -> PushTarget.Fields {
        for name in fields.names { try check(name, "a field's name", spaces: true) }
        guard Set(fields.names).count == fields.names.count else {
            throw Problem(.badRequest, "one setting cannot hold two of the app's values")
        }
        return fields
    }

    static func log(_ path: String?, _ channel: String?) throws(Problem) -> PushTarget.ProvisionerLog? {
        guard let path else {
            guard channel == nil else { throw Problem(.badRequest, "a channel needs a provisioner log") }
            return nil
        }
        try check(path, "the provisioner log's path", spaces: true)
        guard path.hasPrefix("/") else {
            throw Problem(
                .badRequest, "the provisioner log's path does not begin with /",
                try: "--provisioner-log /opt/pingfederate/log/provisioner-audit.log")
        }
        if let channel { try check(channel, "the channel") }
        return PushTarget.ProvisionerLog(path: path, channel: channel)
    }

    /// The access to a console before a target exists.
    static func access(_ console: ConsoleDraft) throws(Problem) -> ConsoleAccess {
        do {
            return try ConsoleAccess(
                try address(console.adminURL), try login(console.login), try trust(console.ca, console.pin))
        } catch {
            throw error as? Problem ?? Problem(.badRequest, "\(error)")
        }
    }

    static func address(_ text: String) throws(Problem) -> String {
        do {
            return try ConsoleAccess.api(of: EndpointURL(text)).description
        } catch {
            throw Problem(
                .badRequest, "the console's address cannot be used: \(error)",
                try: "--admin-url https://console.example.com:9999")
        }
    }

    static func login(_ draft: ConsoleLogin) throws(Problem) -> ConsoleLogin {
        switch draft {
        case .basic(let user, let password):
            try check(user, "the user", spaces: true)
            guard !user.contains(":") else { throw Problem(.badRequest, "the user has a colon") }
            try check(password, "the password")
            return .basic(user: user, password: password)
        case .clientCredentials(let client): return .clientCredentials(try checked(client))
        case .certificate(let chain, let key):
            try checkCertificates(chain, .clientCertificate)
            guard key.bytes.count <= ConsoleFile.longest, key.bytes.contains("PRIVATE KEY-----") else {
                throw Problem(.badRequest, "the client key is not a PEM file with a private key")
            }
            guard !key.bytes.contains("ENCRYPTED") else {
                throw Problem(
                    .badRequest, "the client key is encrypted; Keyturn itself encrypts what it stores",
                    try: "openssl pkey -in KEY -out PLAIN-KEY, and use that one")
            }
            switch TLSOptions.Identity(certificates: chain, key: key).match {
            case .pair: return .certificate(chain: chain, key: key)
            case .unreadable: throw Problem(.badRequest, "the client key is not a PEM file with a private key")
            case .strangers:
                throw Problem(
                    .badRequest, TargetCertificates.strangers,
                    try: "compare: openssl x509 -in CERTIFICATE -noout -pubkey; openssl pkey -in KEY -pubout")
            }
        }
    }

    private static func checked(_ client: OAuthClient) throws(Problem) -> OAuthClient {
        do { _ = try EndpointURL(client.tokenURL) } catch {
            throw Problem(.badRequest, "the token URL cannot be used: \(error)")
        }
        try check(client.clientID, "the client ID")
        try check(client.secret, "the client secret")
        if let scope = client.scope { try check(scope, "the scope", spaces: true) }
        return client
    }

    static func trust(_ ca: String?, _ pin: String?) throws(Problem) -> ConsoleTrust {
        switch (ca, pin) {
        case (nil, nil): return .system
        case (let text?, nil):
            try checkCertificates(text, .ca)
            return .authorities(text)
        case (nil, let text?):
            let digits = text.lowercased().filter { $0 != ":" && $0 != " " }
            guard digits.utf8.count == 64, digits.allSatisfy(\.isHexDigit) else {
                throw Problem(
                    .badRequest, "the pin is not a SHA-256 in hexadecimal",
                    try: "openssl x509 -in CERTIFICATE -noout -sha256 -fingerprint")
            }
            return .pin(digits)
        case (_?, _?):
            throw Problem(
                .badRequest, "a console is trusted by either an authority or a pin", try: "--ca-file F or --pin SHA256")
        }
    }

    private static func checkCertificates(_ text: String, _ file: ConsoleFile) throws(Problem) {
        guard text.utf8.count <= ConsoleFile.longest else {
            throw Problem(.badRequest, file.tooLong, try: file.fitting)
        }
        let what = "the \(file.rawValue)"
        let found = CertificateLife.all(inPEM: text)
        guard !found.isEmpty else {
            throw Problem(
                .badRequest, "\(what) is not a PEM file with certificates",
                try: "from DER: openssl x509 -inform DER -in FILE -out PEM")
        }
        if let bad = found.firstIndex(of: nil) {
            throw Problem(
                .badRequest, "\(what) has \(counted(found.count, "certificate")), and number \(bad + 1) cannot be read")
        }
    }

    private static func check(_ text: String, _ what: String, spaces: Bool = false) throws(Problem) {
        guard !text.isEmpty, text.utf8.count <= longestValue else {
            throw Problem(.badRequest, "\(what) is empty, or longer than \(longestValue) bytes")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value > (spaces ? 0x1F : 0x20) && $0.value != 0x7F }) else {
            throw Problem(.badRequest, "\(what) has a control character\(spaces ? "" : " or a space")")
        }
    }

    private static func check(_ secret: SecretBox, _ what: String) throws(Problem) {
        let isFit = secret.bytes.withSpan { span in
            (1...longestValue).contains(span.byteCount)
                && (0..<span.byteCount).allSatisfy { span[$0] >= 0x20 && span[$0] != 0x7F }
        }
        guard isFit else {
            throw Problem(
                .badRequest, "\(what) is empty, has a control character, or is longer than \(longestValue) bytes")
        }
    }
}
