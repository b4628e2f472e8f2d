import Foundation
import TestSupport

/// What tests of rotations ask of Zoom.
extension Sandbox {
    private struct Pair: Encodable {
        var client_id: String
        var client_secret: String
    }

    /// Whether Zoom takes the secret now.
    func accepts(_ secret: String?, of app: ZoomApp) throws -> Bool {
        guard let secret else { return false }
        let pair = try JSONEncoder().encode(Pair(client_id: app.clientID, client_secret: secret))
        return try control("POST", "/accepts", String(decoding: pair, as: UTF8.self))["accepted"].bool == true
    }

    /// Adds a fault that strikes calls which make or end a secret.
    func faultRotation(_ fault: String, count: Int = 1) throws {
        let path = "/v2/marketplace"
        try control("POST", "/faults", #"{"fault":"\#(fault)","path":"\#(path)","method":"POST","count":\#(count)}"#)
    }

    /// A new secret, as somebody makes one in the Marketplace.
    func regenerate(_ app: ZoomApp) throws -> String {
        let made = try control("POST", "/apps/\(app.clientID)/ui-regenerate")
        guard let secret = made["client_secret"].string else { throw HarnessError("no new secret: \(made)") }
        return secret
    }

    /// Calls that were to make or end a secret.
    func rotationCalls() throws -> Int {
        try control("GET", "/requests?path=/v2/marketplace")["requests"].elements.count
    }

    func requests() throws -> Int { try control("GET", "/requests")["requests"].elements.count }

    func advance(seconds: Int) throws { try control("POST", "/clock", #"{"advance_seconds":\#(seconds)}"#) }
}

extension World {
    /// The codes of what the status names.
    func problems() throws -> [String] {
        try keyturn("status", "--json").json["problems"].elements.compactMap(\.["code"].string)
    }

    /// The secret that this user is given now.
    func fetchedSecret(_ name: String = "zoom-prod") throws -> String? {
        try curl("/v1/apps/\(name)/credentials").json["client_secret"].string
    }

    /// Waits until a client counts as a holder, which it does a moment after it had its answer.
    func awaitReceipt(of name: String = "zoom-prod") throws {
        try eventually("the receipt") {
            try !ask("GET", "/v1/apps/\(name)/holders").json["holders"].elements.isEmpty
        }
    }

    /// The rotations that are under way, as the daemon says.
    func openRotations() throws -> [JSON] { try ask("GET", "/v1/rotations").json["rotations"].elements }

    /// All rotations of an app, oldest first.
    func history(_ name: String = "zoom-prod") throws -> [JSON] {
        try keyturn("history", name, "--json").json["rotations"].elements
    }

    /// Tells the agent socket something.
    func post(_ target: String, _ body: String) throws -> Answer {
        let connection = try Connection(to: agent)
        try connection.send(request("POST", target, body: body))
        return try connection.answer()
    }
}
