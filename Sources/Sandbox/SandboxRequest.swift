import FoundationEssentials

/// One request as the sandbox sees it, however it arrived.
package struct SandboxRequest: Sendable {
    package var method: String
    /// Path and query, as on the request line.
    package var target: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]

    package init(_ method: String, _ target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [])
    {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// Without the query, not decoded.
    var path: String { String(target.prefix { $0 != "?" }) }
    var query: FormFields { FormFields(target.drop { $0 != "?" }.dropFirst()) }
    /// The decoded segments of the path; `/a//b/` and `/a/b` are not the same.
    var segments: [String] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { FormFields.decode($0) }
    }

    func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }

    /// The fields of a form body, completed from the query: Zoom documents both. [doc]
    var form: FormFields {
        let type = header("content-type")?.prefix { $0 != ";" }.lowercased() ?? ""
        let isForm = type.split(separator: " ").first == "application/x-www-form-urlencoded"
        return FormFields(isForm ? String(decoding: body, as: UTF8.self) : "").filled(from: query)
    }

    /// Client ID and secret of a `Basic` authorization.
    var basic: (clientID: String, secret: String)? {
        guard let encoded = credentials(scheme: "basic"), let decoded = Data(base64Encoded: encoded) else { return nil }
        let halves = String(decoding: decoded, as: UTF8.self)
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return halves.count == 2 ? (String(halves[0]), String(halves[1])) : nil
    }

    /// The token of a `Bearer` authorization.
    var bearer: String? { credentials(scheme: "bearer") }

    private func credentials(scheme: String) -> String? {
        guard let parts = header("authorization")?.split(separator: " "), parts.count == 2 else { return nil }
        return parts[0].lowercased() == scheme ? String(parts[1]) : nil
    }
}
