import HTTPTransport
import SecretMemory

@testable import Zoom

extension FuzzTarget {
    /// Zoom's answers to token calls, probes and rotations, with any status: read within bounds, and classified in words
    /// that never repeat what Zoom was sent. The first bytes choose status, headers and call.
    static let zoomAnswers = FuzzTarget(name: "zoom-answers") { input in
        var choices = Choices(input)
        let status = choices.oneOf([200, 400, 401, 403, 404, 429, 500, 503, 302, 204, 408, 418])
        let type = choices.oneOf(["application/json", "application/scim+json; charset=utf-8", "text/html", ""])
        let call = choices.oneOf([
            ZoomCall.token(.accountCredentials), .token(.clientCredentials), .api, .scim, .rotation,
        ])
        let sent = SecretBox(SecretBytes(copying: "S3nt-To-Zoom"))
        let answer = HTTPResponse(
            status: status, headers: ["content-type": type, "x-zm-trackingid": text(choices.rest.suffix(40))],
            body: SecretBox(secret(choices.rest)))

        let failure = ZoomFailure(call, answer, now: 1_795_000_000, withholding: [sent])
        let said = "\(failure) \(String(reflecting: failure)) \(failure.trackingID ?? "")"
        try hold(!said.contains("S3nt-To-Zoom"), "the words repeat what was sent")
        try hold(isLine(said), "the words are no line")
        try hold((failure.detail ?? "").utf8.count <= 200, "the words are \(failure.detail?.utf8.count ?? 0) bytes")
        if call == .rotation, failure.disposition == .permanent {
            try hold((400...499).contains(status), "a rotation is refused for good by a status of \(status)")
        }
        if case .transient = failure.disposition {
            try hold(call != .rotation, "a rotation that may have been done is called transient")
        }

        if let token = try? ZoomToken(reading: answer, at: .commercial) {
            try hold((1...86_400).contains(token.expiresIn), "valid for \(token.expiresIn) s")
            let value = bytes(token.accessToken.bytes)
            try hold(!value.isEmpty && value.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a token that fits no header")
            if let url = token.apiURL {
                try hold(url.scheme == .https && url.host.hasSuffix("zoom.us"), "tokens would go to \(url.host)")
            }
        }
        _ = try? SCIMProbe(reading: answer, trackingID: nil)
        _ = try? UsersSummary(reading: answer, trackingID: nil)
    }

    /// The one answer that shows a new secret, whole and cut anywhere. What reads whole is salvaged as the same; what is
    /// salvaged stands in the bytes with both its quotes, so that a cut secret is never taken for one.
    static let rotationAnswers = FuzzTarget(name: "rotation-answers") { input in
        let body = SecretBox(secret(input))
        let salvaged = RotationAnswer.salvage(body).map { bytes($0.bytes) }
        if case .success(let answer) = RotationAnswer.read(body) {
            let read = bytes(answer.newSecret.bytes)
            try hold((8...256).contains(read.count), "a secret of \(read.count) bytes")
            // A member within a member comes first where it stands first; the name can be written with escapes.
            if appearances(of: #""new_secret""#, in: input) == 1, !input.contains(UInt8(ascii: "\\")) {
                try hold(salvaged == read, "salvaged another secret than was read")
            }
        }
        guard let salvaged else { return }
        try hold((8...256).contains(salvaged.count), "salvaged \(salvaged.count) bytes")
        if !input.contains(UInt8(ascii: "\\")) {
            try hold(appearances(of: "\"\(text(salvaged))\"", in: input) > 0, "salvaged what is not there whole")
        }
        // Cut behind every byte of a short answer, it is found whole or not at all.
        guard input.count <= 300, appearances(of: #""new_secret""#, in: input) == 1 else { return }
        for end in input.indices {
            let cut = RotationAnswer.salvage(SecretBox(secret(input[..<end])))
            if let cut { try hold(bytes(cut.bytes) == salvaged, "cut behind \(end), it is another secret") }
        }
    }

    static let retryAfter = FuzzTarget(name: "retry-after") { input in
        let text = text(input)
        for now in [0, 1_795_000_000, 253_402_300_799] {
            guard let delay = RetryAfter.delay(text, now: now) else { continue }
            try hold(delay >= .zero && delay <= .seconds(RetryAfter.limit), "'\(text)' means \(delay)")
            try hold(!text.isEmpty && text.utf8.count <= 80, "'\(text)' has a meaning")
        }
    }

    private static func appearances(of piece: String, in input: [UInt8]) -> Int {
        let piece = Array(piece.utf8)
        guard input.count >= piece.count else { return 0 }
        return (0...input.count - piece.count).count { input[$0..<$0 + piece.count].elementsEqual(piece) }
    }
}
