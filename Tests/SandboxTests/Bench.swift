import Foundation

@testable import Sandbox

/// A sandbox with one app and a clock that stands still unless it is moved; chance follows from a seed.
final class Bench {
    var random = SplitMix(state: 7)
    var state: SandboxState
    let app: App
    var now = Bench.start

    static let start = Date(timeIntervalSince1970: 1_770_091_506)  // 2026-02-03T04:05:06Z
    static let new30 = #"{"action":"new","revoke_old_secret_time":"2026-03-05T04:05:06Z"}"#

    init(_ switches: (inout Switches) -> Void = { _ in }) throws {
        state = SandboxState(random: &random)
        app = try state.apps.add(AppProfile(), at: now, random: &random)
        switches(&state.switches)
    }

    var secret: String { state.apps.find(clientID: app.clientID)?.secrets.current.value ?? "" }
    var rotatePath: String { "/v2/marketplace/apps/\(app.marketplaceAppID)/rotate_client_secret" }

    func send(
        _ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: String = ""
    ) -> SandboxResponse {
        let request = SandboxRequest(method, target, headers: headers, body: Array(body.utf8))
        return state.handle(request, at: now, random: &random)
    }

    static func basic(_ clientID: String, _ secret: String) -> (name: String, value: String) {
        ("Authorization", "Basic " + Data("\(clientID):\(secret)".utf8).base64EncodedString())
    }

    static let formType = (name: "Content-Type", value: "application/x-www-form-urlencoded")

    /// Nil stands for what is right.
    func mint(
        _ grant: String = "account_credentials", account: String? = nil, clientID: String? = nil,
        secret: String? = nil
    ) -> SandboxResponse {
        let basic = Self.basic(clientID ?? app.clientID, secret ?? self.secret)
        let body = "grant_type=\(grant)&account_id=\(account ?? app.accountID)"
        return send("POST", "/oauth/token", headers: [basic, Self.formType], body: body)
    }

    func mintedToken(_ grant: String = "account_credentials") -> String {
        mint(grant).json["access_token"] as? String ?? ""
    }

    func get(_ target: String, token: String) -> SandboxResponse {
        send("GET", target, headers: [("Authorization", "Bearer \(token)")])
    }

    func rotate(_ body: String = Bench.new30, token: String? = nil) -> SandboxResponse {
        let token = token ?? mintedToken("client_credentials")
        return send("POST", rotatePath, headers: [("Authorization", "Bearer \(token)")], body: body)
    }

    func isAccepted(_ secret: String) -> Bool { mint(secret: secret).status == 200 }
}

extension SandboxResponse {
    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
    var text: String { String(decoding: body, as: UTF8.self) }
    /// `status error` of the token endpoint, `status code` of the others.
    var verdict: String {
        let detail = json["error"] as? String ?? (json["code"] as? Int).map(String.init) ?? ""
        return detail.isEmpty ? "\(status)" : "\(status) \(detail)"
    }
}
