/// A failure to inject into requests to Zoom's endpoints.
package struct Fault: Sendable, ControlBody {
    package enum Kind: String, Choice {
        case delay
        case dropBefore = "drop_before"
        case dropAfter = "drop_after"
        case truncate
        case status
        case statusAfter = "status_after"
        case html, redirect
        case contentType = "content_type"
        case empty, huge, hang

        /// Whether the request still has its effect.
        var isProcessed: Bool {
            switch self {
            case .delay, .dropAfter, .truncate, .statusAfter, .contentType, .empty: true
            case .dropBefore, .status, .html, .redirect, .huge, .hang: false
            }
        }
    }

    package var kind: Kind
    /// Strikes only requests whose path starts with this.
    package var path: String?
    package var method: String?
    /// How many requests it strikes; 0: all, until the queue is cleared.
    package var count: Int?
    /// How many matching requests pass first.
    package var skip: Int?
    package var delayMilliseconds: Int?
    package var status: Int?
    package var contentType: String?
    package var location: String?
    package var retryAfter: String?
    /// How many bytes of the body ``Kind/truncate`` leaves; half of them by default.
    package var keepBytes: Int?

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case kind = "fault", path, method, count, skip, delayMilliseconds = "delay_ms", status
        case contentType = "content_type", location, retryAfter = "retry_after"
        case keepBytes = "keep_bytes"
    }

    package init(_ kind: Kind, path: String? = nil, method: String? = nil, count: Int? = nil) {
        self.kind = kind
        self.path = path
        self.method = method
        self.count = count
    }

    static let hugeSize = 5 * 1024 * 1024

    func check() throws(ControlError) {
        guard 200...599 ~= status ?? 200 else { throw .badRequest("status must be 200 to 599") }
        guard 0...60_000 ~= delayMilliseconds ?? 0 else { throw .badRequest("delay_ms must be 0 to 60000") }
        guard (count ?? 0) >= 0, (skip ?? 0) >= 0, (keepBytes ?? 0) >= 0 else {
            throw .badRequest("count, skip and keep_bytes must not be negative")
        }
        guard kind != .delay || delayMilliseconds != nil else { throw .badRequest("delay_ms is missing") }
        for text in [contentType, location, retryAfter] {
            guard text?.utf8.allSatisfy({ 0x20...0x7E ~= $0 }) ?? true else {
                throw .badRequest("a header value must be printable ASCII")
            }
        }
    }

    func matches(method: String, path: String) -> Bool {
        (self.method ?? method) == method && path.hasPrefix(self.path ?? "")
    }

    /// The answer to a request that is not processed.
    func answer() -> SandboxResponse {
        var response: SandboxResponse
        switch kind {
        case .html:
            response = Self.page(status ?? 502)
        case .redirect:
            response = Self.page(status ?? 302)
            response.headers.append(("Location", location ?? "https://zoom.example/oauth/token"))
        case .huge:
            let padding = [UInt8](repeating: UInt8(ascii: "a"), count: Self.hugeSize - 14)
            let body = Array("{\"padding\":\"".utf8) + padding + Array("\"}".utf8)
            response = SandboxResponse(status: status ?? 200, contentType: "application/json", body: body)
        default:
            response = .apiError(status ?? 503, code: status ?? 503, "a fault of the sandbox")
        }
        return spoil(response)
    }

    /// The answer to a request that was processed, with the fault applied.
    func spoil(_ response: SandboxResponse) -> SandboxResponse {
        var response = response
        response.delayMilliseconds = delayMilliseconds ?? 0
        switch kind {
        case .delay, .status, .html, .redirect, .huge: break
        case .dropBefore, .dropAfter: response.delivery = .dropped
        case .hang: response.delivery = .hung
        case .truncate:
            response.delivery = .truncated
            response.keptBytes = keepBytes
        case .statusAfter: response = spoiled(response, by: .apiError(status ?? 503, code: status ?? 503, "a fault"))
        case .contentType: response.headers[0].value = contentType ?? "text/plain"
        case .empty: response.body = []
        }
        if let retryAfter { response.headers.append(("Retry-After", retryAfter)) }
        return response
    }

    private func spoiled(_ response: SandboxResponse, by other: SandboxResponse) -> SandboxResponse {
        var other = other
        other.delayMilliseconds = response.delayMilliseconds
        return other
    }

    private static func page(_ status: Int) -> SandboxResponse {
        let page = "<!DOCTYPE html><html><head><title>\(status)</title></head><body><h1>\(status)</h1></body></html>\n"
        return SandboxResponse(status: status, contentType: "text/html", body: Array(page.utf8))
    }
}
